using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using OrleansSale.GrainInterfaces.Channels;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>
/// Leads a browser that opens an operators' page to the sign-in, or says that the account is no operator's. Everybody
/// else is refused as everywhere.
/// </summary>
public sealed class OperatorDoor(ConfiguredChannels channels, ConfiguredOperators operators)
    : IAuthorizationMiddlewareResultHandler
{
    private const string Html = "text/html";

    private readonly AuthorizationMiddlewareResultHandler _others = new();

    /// <inheritdoc/>
    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded || !ReadsPages(context.Request))
            return _others.HandleAsync(next, context, policy, authorizeResult);
        var request = context.Request;
        var target = ReturnAddress.Of(request.PathBase + request.Path + request.QueryString, request);
        return authorizeResult.Forbidden
            ? SignInPage.RefuseAsync(context, target)
            : SignInPage.AskOperatorAsync(context, channels.All.Where(MayHaveOperators), target);
    }

    private bool MayHaveOperators(Channel channel) => channel.SignIn is not null && operators.AreOn(channel.Id);

    // Programs accept anything, or JSON. Only browsers that open a page ask for HTML by its name.
    private static bool ReadsPages(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.GetTypedHeaders().Accept
            .Any(one => one.Quality is not 0 && one.MediaType.Equals(Html, StringComparison.OrdinalIgnoreCase));
}

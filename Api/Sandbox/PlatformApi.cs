using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OrleansSale.Api.Sandbox;

/// <summary>The platform's log-in for a browser.</summary>
internal static class PlatformApi
{
    private const int MaxNameLength = 64;
    private const string NameField = "as", CancelField = "cancel", ReturnField = "returnTo";

    /// <summary>Maps the pages.</summary>
    public static void Map(RouteGroupBuilder sandbox)
    {
        sandbox.MapMethods("/platform/authorize", ["GET", "POST"], (Delegate)AuthorizeAsync).DisableAntiforgery()
            .AddEndpointFilter(SandboxAnswer.RefuseBadFormAsync);
        sandbox.MapGet("/platform/login", (Delegate)ShowAsync);
        sandbox.MapPost("/platform/login", (Delegate)LogInAsync).DisableAntiforgery();
        foreach (var path in (string[])[".well-known/openid-configuration", "keys", "userinfo"])
            sandbox.MapGet($"/platform/{path}", (Delegate)AnswerAsync);
        foreach (var path in (string[])["token", "userinfo"])
        {
            sandbox.MapPost($"/platform/{path}", (Delegate)AnswerAsync).DisableAntiforgery()
                .AddEndpointFilter(SandboxAnswer.RefuseBadFormAsync);
        }
    }

    /// <summary>The user who is logged in at the platform in this browser; null: nobody is.</summary>
    public static async Task<string?> WhoAsync(HttpContext http) =>
        (await http.AuthenticateAsync(PlatformProvider.Cookie)).Principal?.FindFirstValue(Claims.Subject);

    /// <summary>The address of the log-in page that leads back to this page of the sandbox.</summary>
    public static string LoginPageOf(HttpRequest request) =>
        LoginPageTo(request, request.Path + request.QueryString);

    /// <summary>The address of the log-in page that leads to this page of the sandbox.</summary>
    public static string LoginPageTo(HttpRequest request, string page) =>
        $"{LoginPage(request)}?{ReturnField}={Uri.EscapeDataString(request.PathBase + page)}";

    private static string LoginPage(HttpRequest request) => $"{request.PathBase}{PlatformProvider.Path}/login";

    // OpenIddict answers the requests of programs whole.
    private static async Task<IResult> AnswerAsync(HttpContext http) => await PlatformProvider.AnswersAsync(http)
        ? Results.Empty : SandboxAnswer.NotFound("The platform has no such address");

    // Also somebody who is logged in is asked, as platforms do: they see what they sign in to, and may be another user.
    private static async Task<IResult> AuthorizeAsync(HttpContext http, SandboxPages pages)
    {
        if (await PlatformProvider.AnswersAsync(http)) return Results.Empty;
        var request = http.GetOpenIddictServerRequest()
            ?? throw new InvalidOperationException("The provider has not read this request.");
        var form = HttpMethods.IsPost(http.Request.Method) ? await http.Request.ReadFormAsync() : null;
        if (form?.ContainsKey(CancelField) == true)
        {
            return Results.Forbid(
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.AccessDenied,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "The user has cancelled.",
                }),
                [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
        }
        if (form is null || !TryRead(form, out var name))
        {
            var carried = request.GetParameters().Select(one => KeyValuePair.Create(one.Key, (string?)one.Value ?? ""))
                .Where(one => one.Key is not (NameField or CancelField));
            return await RenderAsync(http, pages, carried, form?[NameField], mayCancel: true);
        }
        await RememberAsync(http, name);
        var identity = new ClaimsIdentity(
            OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, name).SetClaim(Claims.Name, name).SetScopes(request.GetScopes());
        identity.SetDestinations(static _ => [Destinations.AccessToken, Destinations.IdentityToken]);
        return Results.SignIn(
            new ClaimsPrincipal(identity), null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    private static Task<IResult> ShowAsync(HttpContext http, SandboxPages pages, string? returnTo) =>
        RenderAsync(http, pages, [new(ReturnField, returnTo ?? "")], null, mayCancel: false);

    private static async Task<IResult> RenderAsync(
        HttpContext http, SandboxPages pages, IEnumerable<KeyValuePair<string, string>> carried, string? wrong,
        bool mayCancel)
    {
        var options = http.RequestServices.GetRequiredService<SandboxOptions>();
        return await pages.AnswerAsync<LoginView>(http, StatusCodes.Status200OK, new()
        {
            [nameof(LoginView.Who)] = await WhoAsync(http),
            [nameof(LoginView.Carried)] = carried.ToList(),
            [nameof(LoginView.Address)] = AddressOf(http.Request, carried),
            [nameof(LoginView.Names)] = PlatformProvider.Names,
            [nameof(LoginView.Wrong)] = wrong,
            [nameof(LoginView.MayCancel)] = mayCancel,
            [nameof(LoginView.Merchant)] = options.Merchant,
        }, hasForm: true);
    }

    // After a form it has what the form carries, so that a link leads to the same page.
    private static string AddressOf(HttpRequest request, IEnumerable<KeyValuePair<string, string>> carried) =>
        request.PathBase + request.Path + QueryString.Create(carried.Where(one => one.Key != "lang").Select(
            one => KeyValuePair.Create(one.Key, (string?)one.Value)));

    private static async Task<IResult> LogInAsync(
        HttpContext http, SandboxPages pages, CancellationToken cancellationToken)
    {
        var (form, refusal) = await SandboxAnswer.ReadFormAsync(http.Request, cancellationToken);
        if (refusal is not null) return refusal;
        var returnTo = form[ReturnField].ToString();
        if (!TryRead(form, out var name))
        {
            return await RenderAsync(http, pages, [new(ReturnField, returnTo)], form[NameField], mayCancel: false);
        }
        await RememberAsync(http, name);
        // Only to pages of the sandbox.
        return Results.LocalRedirect(
            IsPage(returnTo, http.Request.PathBase) ? returnTo : LoginPage(http.Request));
    }

    // A page's address is visible ASCII: nothing else fits into the header of a redirect.
    private static bool IsPage(string address, PathString pathBase) =>
        address.StartsWith($"{pathBase}/sandbox/", StringComparison.Ordinal)
        && address.All(c => c is > ' ' and <= '~' and not '\\') && !address.Contains("..", StringComparison.Ordinal);

    private static bool TryRead(IFormCollection form, out string name)
    {
        name = form[NameField].ToString().Trim();
        return name.Length is >= 1 and <= MaxNameLength && !name.Any(c => c is '/' or ':' || char.IsControl(c));
    }

    private static Task RememberAsync(HttpContext http, string name) => http.SignInAsync(
        PlatformProvider.Cookie,
        new ClaimsPrincipal(new ClaimsIdentity([new Claim(Claims.Subject, name)], PlatformProvider.Cookie)));
}

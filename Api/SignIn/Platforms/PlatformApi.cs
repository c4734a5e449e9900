using OrleansSale.Api.Http;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>The addresses that a browser comes to when somebody signs in on a platform, and to sign out.</summary>
public static class PlatformApi
{
    /// <summary>Maps the endpoints. They are for browsers, so the description of the API does not have them.</summary>
    public static void MapPlatforms(this IEndpointRouteBuilder app)
    {
        var platforms = app.MapGroup("/signin/{channel}").ExcludeFromDescription();
        platforms.MapGet("", (HttpContext http, PlatformSignIn signIn, string channel, string? returnTo) =>
        {
            PageLanguage.Keep(http);
            return signIn.BeginAsync(http, channel, returnTo);
        });
        platforms.MapMethods("callback", [HttpMethods.Get, HttpMethods.Post],
            (HttpContext http, PlatformSignIn signIn, string channel) => signIn.CompleteAsync(http, channel));
        app.MapMethods("/signout", [HttpMethods.Get, HttpMethods.Post], SignOutAsync).ExcludeFromDescription();
    }

    // A page of another site can lead a visitor here, but only they decide.
    private static async Task SignOutAsync(HttpContext http, Sessions sessions, string? returnTo)
    {
        var target = ReturnAddress.Of(returnTo, http.Request);
        if (RequestOrigin.IsForeign(http.Request) || RequestOrigin.IsPartOfPage(http.Request))
        {
            await SignInPage.AskToSignOutAsync(http, target);
            return;
        }
        try
        {
            await sessions.SignOutAsync(http);
            http.Response.Redirect(target);
        }
        catch (Exception failure) when (PlatformSignIn.IsOutage(failure))
        {
            await SignInPage.TellAsync(http, SignInFault.StillSignedIn, null, target);
        }
    }
}

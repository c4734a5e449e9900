using OrleansSale.Api.Http;
using OrleansSale.Api.Pages;
using OrleansSale.GrainInterfaces.Channels;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>The pages around a sign-in on a platform: without a script, for people.</summary>
public static class SignInPage
{
    // The merchant's mark may come from an https address.
    private const string Policy = "default-src 'none'; style-src 'self'; img-src 'self' data: https:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Leads on to a page of this site. No redirect can do that: it would go on with the navigation that the platform
    /// began, and to that one browsers add no cookie with SameSite=Strict. This page begins one of its own.
    /// </summary>
    public static Task GoOnAsync(HttpContext http, string returnTo)
    {
        var isChinese = PageLanguage.Of(http.Request) == PageLanguage.Chinese;
        http.Response.Headers["Refresh"] = $"0; url={returnTo}";
        return WriteAsync(http, StatusCodes.Status200OK, "signed-in",
            isChinese ? "您已登录" : "You are signed in",
            isChinese ? "正在返回页面。" : "You return to your page automatically.",
            [new PageLink(returnTo, isChinese ? "继续" : "Continue", true)]);
    }

    /// <summary>Asks a visitor whom another site has sent to sign out.</summary>
    public static Task AskToSignOutAsync(HttpContext http, string returnTo)
    {
        var isChinese = PageLanguage.Of(http.Request) == PageLanguage.Chinese;
        return WriteAsync(http, StatusCodes.Status200OK, "sign-out",
            isChinese ? "退出登录？" : "Sign out?",
            isChinese ? "此操作由其他网站发起，请确认是否退出。" : "Another site has sent you here.",
            [
                new PageLink(SignOut(http, returnTo), isChinese ? "退出登录" : "Sign out", true),
                new PageLink(returnTo, isChinese ? "返回" : "Go back", false),
            ]);
    }

    /// <summary>Asks a visitor of an operators' page to sign in.</summary>
    /// <param name="http">The request.</param>
    /// <param name="channels">Where operators can sign in.</param>
    /// <param name="returnTo">The page.</param>
    public static Task AskOperatorAsync(HttpContext http, IEnumerable<Channel> channels, string returnTo)
    {
        var isChinese = PageLanguage.Of(http.Request) == PageLanguage.Chinese;
        http.Response.Headers.WWWAuthenticate = "Bearer";
        var links = channels.Select(channel => new PageLink(
            SignIn(http, channel.Id, returnTo),
            isChinese ? $"使用{channel.Chinese}登录" : $"Sign in with {channel.English}", true));
        return WriteAsync(http, StatusCodes.Status401Unauthorized, "sign-in-operator",
            isChinese ? "请登录运营账号" : "For operators",
            isChinese ? "此页面仅限运营人员使用。" : "Sign in with an operator’s account to open this page.",
            [
                .. links,
                new PageLink(ReturnAddress.DefaultAt(http.Request), isChinese ? "全部抢购" : "All sales", false),
            ]);
    }

    /// <summary>Tells that the visitor's account is no operator's.</summary>
    public static Task RefuseAsync(HttpContext http, string returnTo)
    {
        var isChinese = PageLanguage.Of(http.Request) == PageLanguage.Chinese;
        return WriteAsync(http, StatusCodes.Status403Forbidden, "no-operator",
            isChinese ? "您没有权限" : "Your account is no operator’s",
            isChinese
                ? "此页面仅限运营人员使用，请更换账号。"
                : "Only operators can open this page. Use another account.",
            [
                new PageLink(SignOut(http, returnTo), isChinese ? "更换账号" : "Use another account", true),
                new PageLink(ReturnAddress.DefaultAt(http.Request), isChinese ? "全部抢购" : "All sales", false),
            ]);
    }

    /// <summary>Tells why somebody is not signed in or out, and leads back.</summary>
    /// <param name="http">The request.</param>
    /// <param name="fault">Why.</param>
    /// <param name="channel">The channel's id and its names; null: there is none.</param>
    /// <param name="returnTo">The page that they came from.</param>
    public static Task TellAsync(
        HttpContext http, SignInFault fault, (string Id, string English, string Chinese)? channel, string returnTo)
    {
        var (status, code) = SignInFaults.Describe(fault);
        if (status == StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = Problem.RetryAfter();
        var isChinese = PageLanguage.Of(http.Request) == PageLanguage.Chinese;
        var (title, body) = isChinese
            ? InChinese(fault, channel?.Chinese ?? "") : InEnglish(fault, channel?.English ?? "");
        var links = new List<PageLink>();
        if (channel is { } known && fault != SignInFault.UnfitSubject)
        {
            links.Add(new PageLink(SignIn(http, known.Id, returnTo), isChinese ? "重新登录" : "Try again", true));
        }
        links.Add(new PageLink(returnTo, isChinese ? "返回" : "Go back", false));
        return WriteAsync(http, status, code, title, body, links);
    }

    private static string SignIn(HttpContext http, string channel, string returnTo) =>
        $"{http.Request.PathBase}/{WebProviders.PathOf(channel)}?returnTo={Uri.EscapeDataString(returnTo)}";

    private static string SignOut(HttpContext http, string returnTo) =>
        $"{http.Request.PathBase}/signout?returnTo={Uri.EscapeDataString(returnTo)}";

    private static (string Title, string Body) InEnglish(SignInFault fault, string platform) => fault switch
    {
        SignInFault.NoSuchChannel => ("There is no such sign-in", "This shop has no sign-in at this address."),
        SignInFault.Cancelled =>
            ("The sign-in was cancelled", $"{platform} says that the sign-in was not allowed. You are not signed in."),
        SignInFault.Stale =>
            ("This sign-in has expired", "It took too long, was used before, or began in another browser. Try again."),
        SignInFault.Refused => ("The sign-in failed", $"{platform} did not confirm who you are. Try again."),
        SignInFault.UnfitSubject =>
            ("This account cannot be used", $"Your id at {platform} has a form that this shop cannot use."),
        SignInFault.PlatformDown => ($"{platform} does not answer", "You are not signed in. Try again in a moment."),
        SignInFault.StillSignedIn => ("This shop is overloaded", "You are still signed in. Try again in a moment."),
        _ => ("This shop is overloaded", "You are not signed in. Try again in a moment."),
    };

    private static (string Title, string Body) InChinese(SignInFault fault, string platform) => fault switch
    {
        SignInFault.NoSuchChannel => ("登录方式不存在", "本店未提供此登录方式。"),
        SignInFault.Cancelled => ("登录已取消", $"您未在{platform}同意授权，尚未登录。"),
        SignInFault.Stale => ("本次登录已失效", "登录已超时、链接已使用过，或是在其他浏览器中发起的。请重新登录。"),
        SignInFault.Refused => ("登录失败", $"{platform}未能确认您的身份。请重新登录。"),
        SignInFault.UnfitSubject => ("此账号无法使用", $"本店暂不支持您的{platform}账号。"),
        SignInFault.PlatformDown => ($"{platform}暂时没有响应", "您尚未登录。请稍后重试。"),
        SignInFault.StillSignedIn => ("系统繁忙", "您仍处于登录状态。请稍后重试。"),
        _ => ("系统繁忙", "您尚未登录。请稍后重试。"),
    };

    private static async Task WriteAsync(
        HttpContext http, int status, string code, string title, string body, IReadOnlyList<PageLink> links)
    {
        var language = PageLanguage.Of(http.Request);
        var renderer = http.RequestServices.GetRequiredService<PageRenderer>();
        var page = await renderer.RenderAsync<PlainView>(new()
        {
            [nameof(PlainView.Language)] = language,
            [nameof(PlainView.Title)] = title,
            [nameof(PlainView.Body)] = body,
            [nameof(PlainView.Links)] = links,
            [nameof(PlainView.Code)] = code,
            [nameof(PlainView.TestId)] = "sign-in-page",
        });
        var headers = http.Response.Headers;
        headers.ContentLanguage = language;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        // The address has the platform's code in it.
        headers["Referrer-Policy"] = "no-referrer";
        await Reply.WriteAsync(http.Response, status, "text/html; charset=utf-8", page);
    }
}

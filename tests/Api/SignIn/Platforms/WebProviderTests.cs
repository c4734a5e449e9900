using System.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>Platforms that OpenIddict knows by name are connected by settings alone.</summary>
public sealed class WebProviderTests : IAsyncLifetime
{
    private readonly WeiboPlatform _weibo = new();
    private readonly WebPlatforms _web;
    private SaleFront _sale = null!;

    public WebProviderTests() => _web = new WebPlatforms(_weibo);

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = new(
        [
            .. Of("weibo", "Weibo"), .. Of("github", "GitHub"), .. Of("x", "twitter"), .. Of("facebook", "Facebook"),
            KeyValuePair.Create("Channels:weibo:SignIn:Scopes", "email follow_app_official_microblog"),
        ]),
        Services = services => services.PostConfigureAll<HttpClientFactoryOptions>(options =>
            options.HttpMessageHandlerBuilderActions.Add(builder =>
            {
                if (builder.Name!.StartsWith("OpenIddict", StringComparison.Ordinal)) builder.PrimaryHandler = _web;
            })),
    });

    public async ValueTask DisposeAsync()
    {
        await _sale.DisposeAsync();
        _web.Dispose();
    }

    [Fact]
    public async Task A_user_of_Weibo_signs_in_by_the_id_that_Weibo_has_of_them()
    {
        using var visitor = new SigningIn(_sale.Client.Address);
        var asked = await visitor.BeginAsync("weibo");
        asked.GetLeftPart(UriPartial.Path).ShouldBe("https://api.weibo.com/oauth2/authorize");
        var query = HttpUtility.ParseQueryString(asked.Query);
        (query["client_id"], query["response_type"]).ShouldBe(("id of weibo", "code"));
        query["scope"]!.Split(',').Order().ShouldBe(["email", "follow_app_official_microblog"]);
        query["redirect_uri"].ShouldBe(new Uri(_sale.Client.Address, "/signin/weibo/callback").AbsoluteUri);

        var page = (await visitor.GetAsync(CallbackOf(asked, _weibo.Code))).Is(200);
        page.Header("Refresh").ShouldBe("0; url=/sale/mi2-1");
        (await visitor.MeAsync())["user"].ShouldBe("weibo:1736200151");
        (await visitor.MeAsync())["name"].ShouldBe("爱丽丝");
        _weibo.Calls.Count.ShouldBe(2);
        _weibo.Calls.Last().ShouldContain("/2/users/show.json?");
        _weibo.Calls.Last().ShouldContain("uid=1736200151");
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_code_that_Weibo_does_not_take_is_refused_and_asked_for_once()
    {
        using var visitor = new SigningIn(_sale.Client.Address);
        var page = (await visitor.GetAsync(CallbackOf(await visitor.BeginAsync("weibo"), "another"))).Is(403);
        SigningIn.CodeOf(page).ShouldBe("sign-in-refused");
        _weibo.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("github", "https://github.com/login/oauth/authorize", "583231", "The Octocat")]
    [InlineData("x", "https://x.com/i/oauth2/authorize", "2244994945", "X Dev")]
    [InlineData("facebook", "https://www.facebook.com/", "10150000000000001", "Mark 马克")]
    public async Task Users_of_other_platforms_sign_in_at_their_own_addresses(
        string channel, string address, string subject, string name)
    {
        using var visitor = new SigningIn(_sale.Client.Address);
        var asked = await visitor.BeginAsync(channel);
        asked.AbsoluteUri.ShouldStartWith(address);
        var query = HttpUtility.ParseQueryString(asked.Query);
        (query["client_id"], query["response_type"]).ShouldBe(($"id of {channel}", "code"));
        query["redirect_uri"].ShouldBe(new Uri(_sale.Client.Address, $"/signin/{channel}/callback").AbsoluteUri);
        query["state"].ShouldNotBeNullOrEmpty();
        query["code_challenge_method"].ShouldBe("S256");

        var issuer = channel == "github" ? $"&iss={Uri.EscapeDataString(WebPlatforms.GitHubIssuer)}" : "";
        (await visitor.GetAsync(CallbackOf(asked, WebPlatforms.Code) + issuer)).Is(200).Header("Refresh")
            .ShouldBe("0; url=/sale/mi2-1");
        var me = await visitor.MeAsync();
        (me["user"], me["name"]).ShouldBe(($"{channel}:{subject}", name));
    }

    private static string CallbackOf(Uri asked, string code)
    {
        var state = HttpUtility.ParseQueryString(asked.Query)["state"]!;
        var callback = new Uri(HttpUtility.ParseQueryString(asked.Query)["redirect_uri"]!).AbsolutePath;
        return $"{callback}?state={Uri.EscapeDataString(state)}&code={Uri.EscapeDataString(code)}";
    }

    internal static Dictionary<string, string> Of(string channel, string provider) => new()
    {
        [$"Channels:{channel}:SignIn:Provider"] = provider,
        [$"Channels:{channel}:SignIn:ClientId"] = $"id of {channel}",
        [$"Channels:{channel}:SignIn:ClientSecret"] = $"secret of {channel}",
    };
}

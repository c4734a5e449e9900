using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;
using OrleansSale.Tests.Api.Pages;
using OrleansSale.Tests.Api.SignIn.Platforms;

namespace OrleansSale.Tests.Api.Proxies;

/// <summary>An engine below a path of its site: all that leads to it has the path.</summary>
public sealed partial class PathBaseTests : IAsyncLifetime
{
    private const string Base = "/shop", AsBrowser = "text/html";

    private SaleFront _sale = null!;

    private string Own => _sale.Client.Address.GetLeftPart(UriPartial.Authority) + Base;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = new()
        {
            ["Sale:PathBase"] = Base,
            ["Channels:weibo:SignIn:Provider"] = "Sandbox",
            ["Operators:0:Channel"] = "weibo",
            ["Operators:0:Subject"] = "boss",
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Every_link_of_every_page_leads_below_the_base()
    {
        var batch = await _sale.CreateAsync(change: terms => terms["product"]!["imageUrl"] = $"{Base}/img/phone.svg");
        foreach (var (path, status) in ((string, int)[])
        [
            ("/", 200), ($"/sale/{batch}", 200), ("/sale/none", 404), ("/signin/none", 404), ("/dashboard", 401),
            ("/sandbox/platform/login", 200),
        ])
        {
            var page = await BrowseAsync(Base + path);
            var links = Link().Matches(page.Is(status).Text)
                .Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Distinct().ToList();
            links.ShouldNotBeEmpty();
            foreach (var link in links)
            {
                IsBelow(link).ShouldBeTrue($"{link} of {path}");
                (await BrowseAsync(link)).Status.ShouldBeOneOf([200, 302, 401], link);
            }
        }
    }

    [Fact]
    public async Task What_shows_a_link_to_a_page_shows_it_with_the_base()
    {
        var batch = await _sale.CreateAsync(change: terms => terms["product"]!["imageUrl"] = $"{Base}/img/phone.svg");
        foreach (var path in (string[])["/", $"/sale/{batch}"])
        {
            var page = new PageText((await BrowseAsync(Base + path)).Is(200).Text);
            page.Links("canonical").ShouldBe([($"{Own}{path}", null)]);
            page.Links("alternate").ShouldContain(($"{Own}{path}?lang=en", "en"));
            page["og:url"].ShouldBe($"{Own}{path}");
            if (path != "/") page["og:image"].ShouldBe($"{Own}/img/phone.svg");
        }
        (await BrowseAsync(Base)).Is(200);
        (await BrowseAsync($"{Base}ping/sale/{batch}")).Is(404);
    }

    [Fact]
    public async Task What_is_made_is_at_an_address_below_the_base()
    {
        var made = await _sale.Client.PostAsync($"{Base}/api/operator/batches", _sale.Operator,
            Offer.Of("made-1", _sale.Clock.GetUtcNow(), Stage.Reserving, stock: 5, limit: 2, windowSeconds: 900));
        made.Is(201).Header("Location").ShouldBe($"{Base}/api/batches/made-1");
        var user = _sale.NewUser();
        var reserved = await _sale.Client.SendAsync(
            "PUT", $"{Base}/api/batches/made-1/reservation", _sale.Sign.Bearer(user));
        reserved.Is(201).Header("Location").ShouldBe($"{Base}/api/batches/made-1/reservation");
        _sale.Clock.Advance(2 * Offer.StageLasts);
        // The first is taken by the shortcut, and the second, with a token, by the endpoint.
        foreach (var by in (string[])["Ticket " + reserved["ticket"], _sale.Sign.Bearer(user)])
        {
            var bought = await _sale.Client.PostAsync(
                $"{Base}/api/batches/made-1/orders", by, new JsonObject(), key: by[..6]);
            bought.Is(201).Header("Location").ShouldBe($"{Base}/api/orders/{bought["id"]}");
            (await _sale.Client.GetAsync(bought.Header("Location")!, _sale.Sign.Bearer(user))).Is(200);
        }
    }

    [Fact]
    public async Task A_request_from_inside_needs_no_base()
    {
        foreach (var path in (string[])["/health/ready", "/api/batches", "/metrics", "/"])
            (await _sale.Client.GetAsync(path)).Is(200);
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        await _sale.RegisterAsync(batch, user);
        (await _sale.BuyAsync(batch, user)).Is(201).Header("Location")!.ShouldStartWith($"{Base}/api/orders/");
    }

    [Fact]
    public async Task Whoever_pays_comes_back_below_the_base()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var checkout = new Uri((await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!);
        checkout.AbsoluteUri.ShouldStartWith($"{Own}/sandbox/checkouts/");
        (await BrowseAsync(checkout.AbsolutePath)).Is(302).Header("Location")!
            .ShouldStartWith($"{Base}/sandbox/platform/login?returnTo={Uri.EscapeDataString(Base)}");
        (await _sale.DecideAsync(checkout.AbsoluteUri, "paid")).Is(200)["returnUrl"]
            .ShouldStartWith($"{Own}/sale/{batch}");
        await _sale.UntilOrderIsAsync(order, user, "paid");
    }

    [Fact]
    public async Task A_sign_in_leads_away_and_back_below_the_base()
    {
        (await _sale.Client.GetAsync($"{Base}/api/channels")).Items
            .Single(channel => channel.GetProperty("id").GetString() == "weibo").GetProperty("signIn").GetString()
            .ShouldBe($"{Base}/signin/weibo");
        foreach (var (returnTo, comesTo) in ((string, string)[])
        [
            ($"{Base}/sale/mi2-1", $"{Base}/sale/mi2-1"), ("/sale/mi2-1", $"{Base}/"), ("/shopping/", $"{Base}/"),
            ($"{Base}/../other", $"{Base}/"), ($"{Base}/signout", $"{Base}/"), ("https://evil.example/", $"{Base}/"),
        ])
        {
            using var visitor = new SigningIn(_sale.Client.Address);
            var asked = await visitor.GetAsync($"{Base}/signin/weibo?returnTo={Uri.EscapeDataString(returnTo)}");
            asked.Is(302).Header("Set-Cookie")!.ShouldContain($"path={Base}/signin");
            var platform = SigningIn.LocationOf(asked);
            platform.AbsolutePath.ShouldBe($"{Base}/sandbox/platform/authorize");
            HttpUtility.ParseQueryString(platform.Query)["redirect_uri"].ShouldBe($"{Own}/signin/weibo/callback");
            var fields = HttpUtility.ParseQueryString(platform.Query);
            using var form = new FormUrlEncodedContent(
                [.. fields.AllKeys.Select(key => KeyValuePair.Create(key!, fields[key]!)), new("as", "boss")]);
            var back = SigningIn.LocationOf((await visitor.PostAsync(platform.AbsolutePath, form)).Is(302));
            (await visitor.GetAsync(back)).Is(200).Header("Refresh").ShouldBe($"0; url={comesTo}");
            (await visitor.GetAsync($"{Base}/api/me")).Is(200)["user"].ShouldBe("weibo:boss");
        }
    }

    [Fact]
    public async Task The_pages_for_operators_are_below_the_base()
    {
        var cookie = await _sale.SignInAsync("boss", "operator");
        foreach (var path in (string[])["/metrics", "/openapi/v1.json", "/scalar", "/dashboard"])
        {
            var page = await BrowseAsync(Base + path, ("Cookie", cookie));
            for (var redirects = 0; page.Header("Location") is { } next && redirects < 2; redirects++)
            {
                var target = new Uri(new Uri(Own + path), next).AbsolutePath;
                target.ShouldStartWith(Base + "/");
                page = await BrowseAsync(target, ("Cookie", cookie));
            }
            page.Is(200);
            if (page.MediaType == AsBrowser)
                Link().Matches(page.Text).Select(match => match.Groups[1].Value).ShouldAllBe(link => IsBelow(link));
        }
        (await _sale.Client.GetAsync($"{Base}/openapi/v1.json")).Json.GetProperty("servers")[0].GetProperty("url")
            .GetString().ShouldBe(Base);
        (await BrowseAsync($"{Base}/signout?returnTo={Base}/sale/x")).Is(302).Header("Location")
            .ShouldBe($"{Base}/sale/x");
    }

    private static bool IsBelow(string link) =>
        link == Base || link.StartsWith(Base + "/", StringComparison.Ordinal);

    private Task<Answer> BrowseAsync(string path, params (string, string)[] headers) =>
        _sale.Client.SendAsync("GET", path, headers: [.. headers, ("Accept", AsBrowser)]);

    // Addresses that begin with a slash, in any attribute and in JSON.
    [GeneratedRegex("[\"=](/[^\"<> ]*)\"")]
    private static partial Regex Link();
}

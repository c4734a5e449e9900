using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.Api.Hosting;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>
/// In Development, without any setting, users of Weibo log in at the sandbox of the same process, and one name of it is
/// an operator.
/// </summary>
public sealed partial class SandboxSignInTests : IAsyncLifetime
{
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan { Channels = [] });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Any_name_is_a_user_of_the_platform_and_merchant_is_an_operator()
    {
        var channel = (await _sale.Client.GetAsync("/api/channels")).Items.ShouldHaveSingleItem();
        channel.GetProperty("id").GetString().ShouldBe("weibo");
        channel.GetProperty("signIn").GetString().ShouldBe("/signin/weibo");
        foreach (var (name, roles) in ((string, string[])[])[("alice", []), ("小明", []), ("merchant", ["operator"])])
        {
            using var visitor = new SigningIn(_sale.Client.Address);
            var page = await LogInAsync(visitor, name);
            SigningIn.CodeOf(page.Is(200)).ShouldBe("signed-in");
            page.Header("Refresh").ShouldBe("0; url=/sale/mi2-1");
            var cookie = page.Header("Set-Cookie")!;
            foreach (var part in (string[])["sale=", "httponly", "samesite=strict", "path=/"])
                cookie.ShouldContain(part, Case.Insensitive);
            var me = await visitor.MeAsync();
            (me["user"], me["channel"], me["name"]).ShouldBe(($"weibo:{name}", "weibo", name));
            me.Member("roles").EnumerateArray().Select(role => role.GetString()!).ShouldBe(roles);
        }
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_cancels_there_and_whose_name_fits_no_user_is_told_so()
    {
        using var visitor = new SigningIn(_sale.Client.Address);
        SigningIn.CodeOf((await LogInAsync(visitor, "true", button: "cancel")).Is(403)).ShouldBe("sign-in-cancelled");
        SigningIn.CodeOf((await LogInAsync(visitor, "ali\u200bce")).Is(403)).ShouldBe("sign-in-unfit-subject");
        (await visitor.MeAsync())["user"].ShouldBeNull();
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    // The pages' policy lets a form lead to its own host only.
    [Fact]
    public async Task A_form_that_cannot_be_read_is_refused_at_every_address_that_takes_one()
    {
        using var visitor = new SigningIn(_sale.Client.Address);
        foreach (var path in (string[])["authorize", "token", "userinfo", "login"])
        {
            using var form = new FormUrlEncodedContent([new("client_id", "merchant"), new("as", "a\0b")]);
            var answer = (await visitor.PostAsync($"/sandbox/platform/{path}", form)).Is(400);
            (answer["code"], answer["field"]).ShouldBe(("invalid-request", "body"));
        }
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_browser_stays_at_the_name_by_which_it_reached_the_shop()
    {
        var other = new UriBuilder(_sale.Client.Address) { Host = "localhost" }.Uri;
        using var visitor = new SigningIn(other);
        var page = await visitor.BeginAsync("weibo");
        page.GetLeftPart(UriPartial.Path).ShouldBe(new Uri(other, "/sandbox/platform/authorize").AbsoluteUri);
        (await LogInAsync(visitor, "alice")).Is(200);
        (await visitor.MeAsync())["user"].ShouldBe("weibo:alice");
    }

    [Fact]
    public async Task Only_this_shop_gets_answers_from_the_platform_and_only_with_its_secret()
    {
        using var visitor = new SigningIn(_sale.Client.Address);
        var asked = (await visitor.BeginAsync("weibo")).PathAndQuery;
        foreach (var (right, wrong) in ((string, string)[])
        [
            ("client_id=merchant", "client_id=other"), ("signin%2Fweibo", "evil%2Fweibo"), ("&code_challenge=", "&x="),
        ])
        {
            var page = await visitor.GetAsync(asked.Replace(right, wrong, StringComparison.Ordinal));
            page.Status.ShouldBeOneOf(302, 400, 401);
            if (page.Header("Location") is { } back) back.ShouldContain("error=invalid_request");
        }
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "authorization_code"), new("client_id", "merchant"), new("client_secret", "a guess"),
            new("code", "1"), new("code_verifier", new string('v', 43)),
            new("redirect_uri", new Uri(_sale.Client.Address, "/signin/weibo/callback").AbsoluteUri),
        ]);
        (await visitor.PostAsync("/sandbox/platform/token", form)).Status.ShouldBeOneOf(400, 401);
        (await visitor.GetAsync("/sandbox/platform/nothing")).Is(404);
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_in_is_there_beside_another_payment_provider_and_the_cashier_is_not()
    {
        await using var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Channels = [],
            Settings = new() { ["Payments:BaseAddress"] = "http://127.0.0.1:9" },
        });
        using var visitor = new SigningIn(sale.Client.Address);
        (await LogInAsync(visitor, "alice")).Is(200);
        (await visitor.MeAsync())["user"].ShouldBe("weibo:alice");
        (await visitor.GetAsync("/sandbox/assets/cashier.css")).Is(200);
        (await visitor.GetAsync("/sandbox/checkouts/00000000000000000000000000000000")).Is(404);
    }

    [Fact]
    public async Task A_channel_is_at_the_sandbox_only_if_the_settings_say_so_and_its_operators_are_theirs()
    {
        await using var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new()
            {
                ["Channels:twitter:SignIn:Provider"] = "sandbox",
                ["Operators:0:Channel"] = "twitter",
                ["Operators:0:Subject"] = "boss",
            },
        });
        foreach (var (name, roles) in ((string, int)[])[("boss", 1), ("merchant", 0)])
        {
            using var visitor = new SigningIn(sale.Client.Address);
            (await LogInAsync(visitor, name, channel: "twitter")).Is(200);
            (await visitor.MeAsync()).Member("roles").GetArrayLength().ShouldBe(roles);
            SigningIn.CodeOf((await visitor.GetAsync("/signin/weibo")).Is(404)).ShouldBe("not-found");
        }
    }

    // They would look at every request; only those for them may pay for that.
    [Fact]
    public async Task No_scheme_looks_at_requests_by_itself()
    {
        var schemes = _sale.Front.Services.GetRequiredService<IAuthenticationSchemeProvider>();
        (await schemes.GetAllSchemesAsync()).Count().ShouldBeGreaterThan(3);
        (await schemes.GetRequestHandlerSchemesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void Outside_Development_no_channel_is_there_by_default()
    {
        PlatformRegistration.Read(new ConfigurationManager(), isDevelopment: false).Channels.All.ShouldBeEmpty();
        PlatformRegistration.Read(new ConfigurationManager(), isDevelopment: true).Operators
            .RolesOf("weibo", "merchant", (_, _) => false).ShouldBe(["operator"]);
    }

    private static async Task<Answer> LogInAsync(
        SigningIn visitor, string value, string button = "as", string channel = "weibo")
    {
        var asked = await visitor.BeginAsync(channel);
        var page = (await visitor.GetAsync(asked)).Is(200);
        var carried = Hidden().Matches(page.Text.Split("</form>")[0]).Select(field => KeyValuePair.Create(
            WebUtility.HtmlDecode(field.Groups[1].Value), WebUtility.HtmlDecode(field.Groups[2].Value)));
        using var form = new FormUrlEncodedContent([.. carried, new(button, value)]);
        var answer = (await visitor.PostAsync(asked.AbsolutePath, form)).Is(302);
        return await visitor.GetAsync(SigningIn.LocationOf(answer));
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}

using System.Security.Claims;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>A person signs in at an OpenID Connect issuer and is a user here; the settings make operators.</summary>
[Collection(PlatformTests.Name)]
public sealed class OpenIdSignInTests : IDisposable
{
    private readonly OpenIdProvider _provider;
    private readonly SaleFront _sale;
    private readonly SigningIn _visitor;

    public OpenIdSignInTests(PlatformTests.Fixture platforms)
    {
        (_provider, _sale) = (platforms.Provider, platforms.Sale);
        _provider.Reset();
        _visitor = new SigningIn(_sale.Client.Address);
    }

    public void Dispose() => _visitor.Dispose();

    [Fact]
    public async Task The_way_to_the_issuer_and_back_makes_a_session_and_leads_to_the_page()
    {
        var page = (await _visitor.SignInAsync("club")).Is(200);
        page.Header("Refresh").ShouldBe("0; url=/sale/mi2-1");
        SigningIn.CodeOf(page).ShouldBe("signed-in");
        page.Text.ShouldContain("href=\"/sale/mi2-1\"");
        var me = await _visitor.MeAsync();
        (me["user"], me["channel"], me["name"]).ShouldBe(("club:1736200151", "club", "Alice 爱丽丝"));
        me.Member("roles").GetArrayLength().ShouldBe(0);

        var asked = _provider.Asked!;
        asked.ResponseType.ShouldBe("code");
        asked.CodeChallengeMethod.ShouldBe("S256");
        asked.Nonce.ShouldNotBeNullOrEmpty();
        asked.Scope!.Split(' ').Order().ShouldBe(["openid", "profile"]);
        asked.RedirectUri.ShouldBe(new Uri(_sale.Client.Address, "/signin/club/callback").AbsoluteUri);
        _provider.Exchanged!.CodeVerifier.ShouldNotBeNullOrEmpty();
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_cookie_of_a_session_is_not_for_other_sites_and_that_of_a_sign_in_goes_with_it()
    {
        var answer = await _visitor.AskAsync("club");
        _visitor.Cookies.GetCookies(new Uri(_sale.Client.Address, "/signin/club"))
            .ShouldHaveSingleItem().Name.ShouldStartWith("sale-sign-in.");
        var page = (await _visitor.GetAsync(answer)).Is(200);
        page.Header("Set-Cookie")!.ShouldContain("samesite=strict");
        _visitor.Cookies.GetCookies(new Uri(_sale.Client.Address, "/signin/club"))
            .ShouldHaveSingleItem().Name.ShouldBe("sale");
    }

    [Fact]
    public async Task Operators_get_their_roles_by_their_id_or_by_what_the_platform_claims_of_them()
    {
        foreach (var (person, roles) in ((Claim[], string[])[])
        [
            ([new("sub", "boss")], ["auditor", "operator"]), ([new("sub", "eve")], []),
            ([new("sub", "sam"), new("groups", "sales"), new("groups", "staff")], ["operator"]),
            ([new("sub", "tom"), new("groups", "staff")], []), ([new("sub", "sales")], []), ([new("sub", "Boss")], []),
        ])
        {
            using var visitor = new SigningIn(_sale.Client.Address);
            _provider.Person = person;
            (await visitor.SignInAsync("club")).Is(200);
            (await visitor.MeAsync()).Member("roles").EnumerateArray().Select(role => role.GetString()!).Order()
                .ShouldBe(roles);
            (await visitor.GetAsync("/api/operator/faults")).Status.ShouldBe(roles.Contains("operator") ? 200 : 403);
        }
        using var elsewhere = new SigningIn(_sale.Client.Address);
        _provider.Person = [new("sub", "boss"), new("groups", "sales")];
        (await elsewhere.SignInAsync("other")).Is(200);
        var me = await elsewhere.MeAsync();
        (me["user"], me.Member("roles").GetArrayLength()).ShouldBe(("other:boss", 0), "a role is for one channel");
    }
}

using System.Text;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Api.Payments.Stripe;
using OrleansSale.Tests.Api.SignIn.Platforms;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Platforms;
using OrleansSale.Tests.Platforms.Stripe;

namespace OrleansSale.Tests.Api.Channels;

/// <summary>
/// A sale for two channels, of which one loses its sign-in, its posts and its payment while the sale runs.
/// </summary>
public sealed class ChannelDownTests : IAsyncLifetime
{
    private const string Announcements = "/api/operator/announcements";

    private OpenIdProvider _club = null!;
    private OpenIdProvider _forum = null!;
    private StripeDouble _stripe = null!;
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync()
    {
        (_club, _forum) = (await OpenIdProvider.StartAsync(), await OpenIdProvider.StartAsync());
        _stripe = await StripeDouble.StartAsync();
        var secrets = EngineSecrets.Make();
        _sale = await SaleFront.StartAsync(new FrontPlan
        {
            Channels = [],
            Secrets = secrets,
            HasSoleProvider = false,
            Settings = new(
            [
                .. TwoProviders.ProvidersOf(secrets, _stripe),
                .. _club.SettingsOf("club", "The Club", "俱乐部"), new("Channels:club:Payments", "stripe"),
                .. _forum.SettingsOf("forum", "The Forum", "论坛"), new("Channels:forum:Payments", "weibopay"),
                // Nobody listens there.
                new("Channels:club:Posts:Kind", "Webhook"), new("Channels:club:Posts:Address", "http://127.0.0.1:1/"),
                new("Channels:club:Posts:Secret", secrets.WebhookSecret),
            ]),
        });
        _stripe.Clock = _sale.Clock;
    }

    public async ValueTask DisposeAsync()
    {
        await _sale.DisposeAsync();
        await _stripe.DisposeAsync();
        await _forum.DisposeAsync();
        await _club.DisposeAsync();
    }

    [Fact]
    public async Task Users_who_are_signed_in_and_those_of_the_other_channel_go_on_buying()
    {
        using var member = new SigningIn(_sale.Client.Address);
        using var late = new SigningIn(_sale.Client.Address);
        using var other = new SigningIn(_sale.Client.Address);
        (await member.SignInAsync("club")).Is(200);
        var back = await late.AskAsync("club");
        var batch = await _sale.CreateAsync(change: terms => terms["channel"] = new JsonArray("club", "forum"));
        await _club.DisposeAsync();
        _stripe.FailsWith = 503;
        await AnnounceAsync(batch);

        var page = (await late.GetAsync(back)).Is(503);
        SigningIn.CodeOf(page).ShouldBe("sign-in-platform-down");
        var (order, buyer) = await BuyAsync(member, batch);
        (await CheckOutAsync(member, order)).IsRefusal(503, "overloaded");

        (await other.SignInAsync("forum")).Is(200);
        var (second, payer) = await BuyAsync(other, batch);
        var url = (await CheckOutAsync(other, second)).Is(200)["checkoutUrl"]!;
        (await _sale.DecideAsync(url, "paid")).Is(200);
        await _sale.UntilOrderIsAsync(second, payer, "paid");

        // The post waits for its channel, the page has the announcement, and operators are told.
        await Eventually.HoldsAsync(
            async () => (await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Is(200)
                .Text.Contains("post-failing", StringComparison.Ordinal),
            "the post fails");
        (await _sale.Client.GetAsync($"/api/batches/{batch}/announcements")).Is(200).Items.ShouldHaveSingleItem();
        (await _sale.Client.GetAsync(Announcements, _sale.Operator)).Is(200).Items.ShouldHaveSingleItem()
            .GetProperty("deliveries")[0].GetProperty("state").GetString().ShouldBe("waiting");

        // The provider is back, and the order is still there to be paid.
        _stripe.FailsWith = null;
        (await CheckOutAsync(member, order)).Is(200);
        (await TwoProviders.TellAsync(_sale, "checkout.session.completed", _stripe.Books.Pay(order))).Is(204);
        (await _sale.ReadOrderAsync(order, buyer))["status"].ShouldBe("paid");
    }

    private async Task AnnounceAsync(string batch)
    {
        var announcement = new JsonObject { ["batch"] = batch, ["text"] = "The doors are open" };
        (await _sale.Client.PostAsync(Announcements, _sale.Operator, announcement)).Is(201);
    }

    private async Task<(string Order, string User)> BuyAsync(SigningIn visitor, string batch)
    {
        var user = (await visitor.MeAsync())["user"]!;
        await _sale.RegisterAsync(batch, user);
        var order = (await visitor.PostAsync($"/api/batches/{batch}/orders", Json("""{"quantity":1}"""))).Is(201);
        return (order["id"]!, user);
    }

    private static Task<Answer> CheckOutAsync(SigningIn visitor, string order) =>
        visitor.PostAsync($"/api/orders/{order}/checkout", Json("{}"));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}

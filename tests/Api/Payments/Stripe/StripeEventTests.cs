using System.Text;
using System.Text.Json.Nodes;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Stripe;
using OrleansSale.Tests.Platforms.Stripe;
using static OrleansSale.Tests.Api.Payments.Stripe.TwoProviders;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>Events of Stripe that are forged, old, repeated, malformed, or meant for somebody else.</summary>
[Collection(TwoProviders.Name)]
public sealed class StripeEventTests(TwoProviders.Fixture fixture)
{
    private const string Completed = "checkout.session.completed";
    private const string Path = "/api/payments/notifications/stripe";

    private readonly SaleFront _sale = fixture.Front;
    private readonly StripeDouble _stripe = fixture.Stripe;

    [Fact]
    public async Task An_event_that_does_not_verify_changes_nothing()
    {
        var (batch, order, body) = await PaidBodyAsync();
        var before = await _sale.HeadAsync(batch);
        var now = _sale.Clock.GetUtcNow();
        (await _sale.Client.PostAsync(Path, body: body)).IsRefusal(401, "unauthenticated");
        foreach (var header in (string[])
            ["", "t=1", "v1=00", "nonsense", "t=,v1=", $"t=x,v1={new string('0', 64)}", new string('t', 3_000)])
        {
            (await SendAsync(body, header)).IsRefusal(401, "unauthenticated");
        }
        (await TellAsync(_sale, body, now, "whsec_of_a_forger_00")).IsRefusal(401, "unauthenticated");
        foreach (var off in (int[])[-301, 301])
            (await TellAsync(_sale, body, now.AddSeconds(off))).IsRefusal(401, "unauthenticated");
        var altered = body.Replace("199900", "100", StringComparison.Ordinal);
        (await SendAsync(altered, StripeEvent.Sign(body, now))).IsRefusal(401, "unauthenticated");
        (await _sale.HeadAsync(batch)).ShouldBe(before);

        // While secrets are rotated the older one verifies too, and a few minutes of delay do no harm.
        (await TellAsync(_sale, body, now.AddSeconds(-290), StripeEvent.OlderSecret)).Is(204);
        (await _sale.HeadAsync(batch)).Seq.ShouldBe(before.Seq + 1);
        order.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_repeated_event_and_another_one_of_the_same_payment_change_nothing()
    {
        var (batch, order, body) = await PaidBodyAsync();
        (await TellAsync(_sale, body, _sale.Clock.GetUtcNow())).Is(204);
        var head = await _sale.HeadAsync(batch);
        (await TellAsync(_sale, body, _sale.Clock.GetUtcNow())).Is(204);
        (await TellAsync(_sale, "checkout.session.async_payment_succeeded", _stripe.Books.SessionOf(order))).Is(204);
        (await _sale.HeadAsync(batch)).ShouldBe(head);
    }

    [Fact]
    public async Task A_path_without_a_provider_is_not_found_and_each_provider_has_its_own_secret()
    {
        var (_, _, body) = await PaidBodyAsync();
        var signed = StripeEvent.Sign(body, _sale.Clock.GetUtcNow());
        foreach (var other in (string[])["/api/payments/notifications", "/api/payments/notifications/default",
            "/api/payments/notifications/Stripe", "/api/payments/notifications/nobody"])
        {
            (await _sale.Client.SendAsync("POST", other, body: body, headers: ("Stripe-Signature", signed)))
                .IsRefusal(404, "not-found");
        }
        (await _sale.Client.SendAsync(
            "POST", "/api/payments/notifications/weibopay", body: body, headers: ("Stripe-Signature", signed)))
            .IsRefusal(401, "unauthenticated");
    }

    [Fact]
    public async Task What_was_sold_elsewhere_at_the_same_account_is_acknowledged_and_ignored()
    {
        var session = new JsonObject
        {
            ["id"] = "cs_1",
            ["payment_status"] = "paid",
            ["payment_intent"] = "pi_other",
            ["amount_total"] = 1,
            ["currency"] = "usd",
            ["metadata"] = new JsonObject(),
        };
        (await TellAsync(_sale, Completed, session)).Is(204);
        session["metadata"] = null;
        (await TellAsync(_sale, Completed, session)).Is(204);
        session.Remove("metadata");
        (await TellAsync(_sale, Completed, session)).Is(204);
        session["metadata"] = new JsonObject { ["sale_order"] = "nowhere.2", ["sale_user"] = "twitter:a" };
        (await TellAsync(_sale, Completed, session)).IsRefusal(404, "not-found");
    }

    [Theory]
    [InlineData("amount_total", "-1")]
    [InlineData("amount_total", "\"5\"")]
    [InlineData("amount_total", "null")]
    [InlineData("currency", "\"xyz\"")]
    [InlineData("payment_intent", "null")]
    [InlineData("payment_intent", "{}")]
    [InlineData("id", "\"\"")]
    public void A_member_that_cannot_be_is_malformed_and_named(string name, string value)
    {
        var session = new JsonObject
        {
            ["id"] = "cs_1",
            ["payment_status"] = "paid",
            ["payment_intent"] = "pi_1",
            ["amount_total"] = 1,
            ["currency"] = "usd",
            ["metadata"] = new JsonObject { ["sale_order"] = "b.2", ["sale_user"] = "twitter:a" },
        };
        session[name] = JsonNode.Parse(value);
        var body = Encoding.UTF8.GetBytes(StripeEvent.Of(Completed, session, DateTimeOffset.UnixEpoch));
        StripeNotifications.Parse(body).ShouldBeOfType<PaymentNotification.Malformed>().Fault.Field
            .ShouldStartWith("data.object.");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"type":7}""")]
    public async Task A_body_that_is_no_event_is_refused_though_it_is_signed(string body) =>
        (await TellAsync(_sale, body, _sale.Clock.GetUtcNow())).IsRefusal(400, "invalid-request", body == "{}"
            || body.Contains("type", StringComparison.Ordinal) ? "type" : "body");

    private Task<Answer> SendAsync(string body, string header) =>
        _sale.Client.SendAsync("POST", Path, body: body, headers: ("Stripe-Signature", header));

    private async Task<(string Batch, string Order, string Body)> PaidBodyAsync()
    {
        var (batch, user) = (await CreateForBothAsync(_sale), _sale.NewUser("twitter"));
        var order = await _sale.OrderAsync(batch, user);
        (await _sale.CheckOutAsync(order, user)).Is(200);
        return (batch, order, StripeEvent.Of(Completed, _stripe.Books.Pay(order), _sale.Clock.GetUtcNow()));
    }
}

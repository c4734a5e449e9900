using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Platforms.Stripe;
using static OrleansSale.Tests.Api.Payments.Stripe.TwoProviders;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>
/// Money that goes back through Stripe: asked for once, and recorded only when Stripe says that it is made.
/// </summary>
[Collection(TwoProviders.Name)]
public sealed class StripeRefundTests(TwoProviders.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;
    private readonly StripeDouble _stripe = fixture.Stripe;

    [Fact]
    public async Task A_cancelled_paid_order_is_paid_back_once()
    {
        var (batch, order, user, payment) = await PaidAsync();
        (await _sale.CancelAsync(order, user)).Is(200)["status"]!.ShouldBeOneOf("refunding", "refunded");
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        var made = RefundsOf(payment).ShouldHaveSingleItem();
        ((long)made["amount"]!, (string?)made["metadata"]!["sale_order"]).ShouldBe((Offer.Price, order));
        var entered = (await _sale.AuditAsync(batch)).Payments[new("stripe", payment)];
        (entered.End, entered.Refund).ShouldBe((PaymentEnd.Refunded, (string?)made["id"]));
    }

    [Theory]
    [InlineData("pending", "insufficient_funds", "refund-pending insufficient_funds")]
    [InlineData("requires_action", null, "refund-requires-action")]
    public async Task A_refund_that_is_under_way_is_owed_until_it_is_made(string status, string? reason, string code)
    {
        var (batch, order, user, payment) = await PaidAsync();
        await CancelledAsync(order, user, status, reason);
        await UntilStalledAsync(batch, code);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("refunding");

        var refund = RefundsOf(payment).ShouldHaveSingleItem("it is asked for once");
        _stripe.Books.Move((string)refund["id"]!, "succeeded");
        (await TellAsync(_sale, "refund.updated", RefundsOf(payment).Single())).Is(204);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        RefundsOf(payment).ShouldHaveSingleItem();
        (await _sale.AuditAsync(batch)).Payments[new("stripe", payment)].Refund.ShouldBe((string?)refund["id"]);
    }

    [Fact]
    public async Task A_refund_that_failed_is_not_tried_again_at_once_and_one_by_hand_ends_it()
    {
        var (batch, order, user, payment) = await PaidAsync();
        await CancelledAsync(order, user, "failed", "expired_or_canceled_card");
        await UntilStalledAsync(batch, "refund-failed expired_or_canceled_card");
        (await TellAsync(_sale, "refund.failed", RefundsOf(payment).Single())).Is(204);
        RefundsOf(payment).ShouldHaveSingleItem();

        _stripe.Books.RefundByHand(payment, Offer.Price);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        (await _sale.AuditAsync(batch)).Payments[new("stripe", payment)].Refund
            .ShouldBe((string?)RefundsOf(payment).Last()["id"]);
    }

    [Fact]
    public async Task A_part_that_was_paid_back_by_hand_leaves_it_owed_until_the_rest_is()
    {
        var (batch, order, user, payment) = await PaidAsync();
        _stripe.Books.RefundByHand(payment, 100);
        (await _sale.CancelAsync(order, user)).Is(200);
        await UntilStalledAsync(batch, "partly-refunded");
        RefundsOf(payment).ShouldHaveSingleItem();
        _stripe.Books.RefundByHand(payment, Offer.Price - 100);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
    }

    [Fact]
    public async Task A_refund_whose_answer_was_lost_is_found()
    {
        var (_, order, user, payment) = await PaidAsync();
        _stripe.LosesAnswers = true;
        (await _sale.CancelAsync(order, user)).Is(200);
        try
        {
            await Eventually.HoldsAsync(() => _stripe.Asked > 0, "it is asked");
        }
        finally
        {
            _stripe.LosesAnswers = false;
        }
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        RefundsOf(payment).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_part_that_goes_back_in_the_dashboard_while_the_order_is_paid_is_not_paid_back_twice()
    {
        var (batch, order, user, payment) = await PaidAsync();
        _stripe.Books.RefundByHand(payment, 100);
        var charge = new JsonObject { ["id"] = "ch_1", ["payment_intent"] = payment, ["amount_refunded"] = 100 };
        (await TellAsync(_sale, "charge.refunded", charge)).Is(204);
        var head = await _sale.HeadAsync(batch);
        (await TellAsync(_sale, "charge.refunded", charge)).Is(204);
        (await TellAsync(_sale, "refund.created", RefundsOf(payment).Single())).Is(204);
        (await _sale.HeadAsync(batch)).ShouldBe(head, "the same news again");
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid");

        (await _sale.CancelAsync(order, user)).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        RefundsOf(payment).Select(refund => (long)refund["amount"]!).ShouldBe([100, Offer.Price - 100]);
        var entered = (await _sale.AuditAsync(batch)).Payments[new("stripe", payment)];
        (entered.End, entered.Elsewhere).ShouldBe((PaymentEnd.Refunded, 100));
    }

    [Fact]
    public async Task A_dispute_that_is_lost_has_paid_back_and_nothing_more_is_owed()
    {
        var (batch, order, user, payment) = await PaidAsync();
        var counted = new ConcurrentBag<string?>();
        using var listener = ListenTo("sale.payment.notices", counted);
        var dispute = _stripe.Books.Dispute(payment, Offer.Price);
        var id = (string)dispute["id"]!;
        (await TellAsync(_sale, "charge.dispute.created", dispute)).Is(204);
        (await IssuesAsync(batch)).ShouldBe([("disputed", id)]);
        _stripe.Books.MoveDispute(id, "lost");
        // The older event comes again, and late. Stripe is asked how things are now.
        (await TellAsync(_sale, "charge.dispute.created", dispute)).Is(204);
        (await IssuesAsync(batch)).ShouldBe([("paid-order-refunded", $"dispute {id}")]);
        counted.ShouldContain("dispute");

        (await _sale.CancelAsync(order, user)).Is(200)["status"].ShouldBe("refunded");
        RefundsOf(payment).ShouldBeEmpty();
        var entered = (await _sale.AuditAsync(batch)).Payments[new("stripe", payment)];
        entered.Elsewhere.ShouldBe(Offer.Price);
    }

    [Fact]
    public async Task A_dispute_that_is_won_or_an_inquiry_that_ends_moves_no_money()
    {
        var (batch, _, _, payment) = await PaidAsync();
        foreach (var ends in (string[])["won", "warning_closed", "prevented"])
        {
            var dispute = _stripe.Books.Dispute(payment, 100, "warning_needs_response");
            (await TellAsync(_sale, "charge.dispute.created", dispute)).Is(204);
            (await IssuesAsync(batch)).ShouldBe([("disputed", (string)dispute["id"]!)]);
            (await TellAsync(
                _sale, "charge.dispute.closed", _stripe.Books.MoveDispute((string)dispute["id"]!, ends))).Is(204);
            (await IssuesAsync(batch)).ShouldBeEmpty();
        }
        (await _sale.AuditAsync(batch)).Payments[new("stripe", payment)].Elsewhere.ShouldBe(0);
    }

    [Fact]
    public async Task News_that_Stripe_does_not_explain_is_sent_again_and_that_of_others_is_acknowledged()
    {
        var (batch, _, _, payment) = await PaidAsync();
        var head = await _sale.HeadAsync(batch);
        var charge = new JsonObject { ["id"] = "ch_1", ["payment_intent"] = payment };
        _stripe.LosesAnswers = true;
        try
        {
            (await TellAsync(_sale, "charge.refunded", charge)).IsRefusal(503, "overloaded");
        }
        finally
        {
            _stripe.LosesAnswers = false;
        }
        (await TellAsync(_sale, "charge.refunded", charge)).Is(204);
        charge["payment_intent"] = "pi_of_others";
        (await TellAsync(_sale, "charge.refunded", charge)).Is(204);
        charge["payment_intent"] = null;
        (await TellAsync(_sale, "charge.refunded", charge)).Is(204);
        (await TellAsync(_sale, "customer.created", new JsonObject { ["id"] = "cus_1" })).Is(204);
        (await _sale.HeadAsync(batch)).ShouldBe(head);
    }

    private async Task<(string Kind, string Code)[]> IssuesAsync(string batch)
    {
        var money = (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/money", _sale.Operator)).Is(200);
        var read = JsonNode.Parse(money.Text)!;
        ((bool)read["balanced"]!).ShouldBeTrue();
        return [.. read["issues"]!.AsArray().Select(issue => ((string)issue!["kind"]!, (string)issue["code"]!))];
    }

    // Not by /metrics: this process has the instruments of many engines, and an exporter there may lack this one.
    private static MeterListener ListenTo(string instrument, ConcurrentBag<string?> kinds)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (published, itself) =>
            {
                if (published.Name == instrument) itself.EnableMeasurementEvents(published);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == "kind") kinds.Add(value as string);
            }
        });
        listener.Start();
        return listener;
    }

    private async Task<(string Batch, string Order, string User, string Payment)> PaidAsync()
    {
        var (batch, user) = (await CreateForBothAsync(_sale), _sale.NewUser("twitter"));
        var order = await _sale.OrderAsync(batch, user);
        (await _sale.CheckOutAsync(order, user)).Is(200);
        var paid = _stripe.Books.Pay(order);
        (await TellAsync(_sale, "checkout.session.completed", paid)).Is(204);
        return (batch, order, user, (string)paid["payment_intent"]!);
    }

    private async Task CancelledAsync(string order, string user, string status, string? reason)
    {
        _stripe.Books.NextRefund = (status, reason);
        var made = _stripe.Books.Refunds.Length;
        (await _sale.CancelAsync(order, user)).Is(200);
        await Eventually.HoldsAsync(() => _stripe.Books.Refunds.Length > made, "the refund is asked for");
        _stripe.Books.NextRefund = ("succeeded", null);
    }

    private JsonObject[] RefundsOf(string payment) =>
        [.. _stripe.Books.Refunds.Where(refund => (string?)refund["payment_intent"] == payment)];

    private Task UntilStalledAsync(string batch, string code) => Eventually.HoldsAsync(
        async () => (await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Is(200).Items.Any(fault =>
            fault.TryGetProperty("batch", out var of) && of.GetString() == batch
            && fault.GetProperty("detail").GetString()!.Contains(code, StringComparison.Ordinal)),
        $"the refund is stalled: {code}");
}

using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Platforms.Stripe;
using static OrleansSale.Tests.Api.Payments.Stripe.TwoProviders;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>From the checkout at Stripe to the paid order, over HTTP in both directions.</summary>
[Collection(TwoProviders.Name)]
public sealed class StripeFlowTests(TwoProviders.Fixture fixture)
{
    private const string Completed = "checkout.session.completed";

    private readonly SaleFront _sale = fixture.Front;
    private readonly StripeDouble _stripe = fixture.Stripe;

    [Fact]
    public async Task A_session_is_opened_once_and_paying_it_pays_the_order()
    {
        var (batch, user) = (await CreateForBothAsync(_sale), _sale.NewUser("twitter"));
        var order = await _sale.OrderAsync(batch, user);
        var open = (await _sale.CheckOutAsync(order, user)).Is(200);
        open.Names.ShouldBe(["checkoutUrl", "expiresAt"]);
        (await _sale.CheckOutAsync(order, user)).Is(200).Text.ShouldBe(open.Text);
        var session = _stripe.Books.SessionOf(order);
        open["checkoutUrl"].ShouldBe((string?)session["url"]);
        open["expiresAt"].ShouldBe((await _sale.ReadOrderAsync(order, user))["payBy"]);
        ((long)session["amount_total"]!, (string)session["currency"]!).ShouldBe((Offer.Price, "cny"));
        ((string)session["success_url"]!).ShouldBe($"{_sale.Client.Address}sale/{batch}");
        var metadata = session["metadata"]!;
        ((string)metadata["sale_order"]!, (string)metadata["sale_user"]!, (string)metadata["sale_checkout"]!)
            .ShouldBe((order, user, "1"));
        ((string)metadata["sale_held"]!).ShouldMatch("^[0-9a-f]{16}$");

        (await TellAsync(_sale, Completed, _stripe.Books.Pay(order))).Is(204).Text.ShouldBeEmpty();
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid", "answered after the commit");
        var (key, payment) = (await _sale.AuditAsync(batch)).Payments.ShouldHaveSingleItem();
        (key.Provider, payment.End).ShouldBe(("stripe", PaymentEnd.Sold));
    }

    [Fact]
    public async Task The_users_of_two_platforms_pay_at_two_providers_and_equal_payment_ids_are_two_payments()
    {
        var batch = await CreateForBothAsync(_sale);
        var (weibo, shop) = (_sale.NewUser(), _sale.NewUser("twitter"));
        var (first, second) = (await _sale.OrderAsync(batch, weibo), await _sale.OrderAsync(batch, shop));
        var url = (await _sale.CheckOutAsync(first, weibo)).Is(200)["checkoutUrl"]!;
        url.ShouldStartWith($"{_sale.Client.Address}sandbox/checkouts/");
        (await _sale.CheckOutAsync(second, shop)).Is(200)["checkoutUrl"]!
            .ShouldStartWith($"{_stripe.Address}c/pay/");

        var payment = (await _sale.DecideAsync(url, "paid")).Is(200)["payment"]!;
        await _sale.UntilOrderIsAsync(first, weibo, "paid");
        (await TellAsync(_sale, Completed, _stripe.Books.Pay(second, payment: payment))).Is(204);
        (await _sale.ReadOrderAsync(second, shop))["status"].ShouldBe("paid");
        var payments = (await _sale.AuditAsync(batch)).Payments;
        payments.Keys.ShouldBe([new("weibopay", payment), new("stripe", payment)], ignoreOrder: true);
        payments.Values.ShouldAllBe(one => one.End == PaymentEnd.Sold);

        // Both are paid back, each by its own provider.
        (await _sale.CancelAsync(first, weibo)).Is(200);
        (await _sale.CancelAsync(second, shop)).Is(200);
        await _sale.UntilOrderIsAsync(first, weibo, "refunded");
        await _sale.UntilOrderIsAsync(second, shop, "refunded");
        _stripe.Books.Refunds.Count(refund => (string?)refund["payment_intent"] == payment).ShouldBe(1);
        (await _sale.AuditAsync(batch)).Payments.Values.Select(one => one.Refund).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task At_pay_by_the_session_is_expired()
    {
        var (batch, order, user) = await CheckedOutAsync(windowSeconds: 60);
        var session = _stripe.Books.SessionOf(order);
        var expiry = DateTimeOffset.FromUnixTimeSeconds((long)session["expires_at"]!);
        (expiry - (await _sale.ReadOrderAsync(order, user)).Instant("payBy")).TotalMinutes.ShouldBeInRange(30, 32);
        _sale.Clock.Advance(TimeSpan.FromSeconds(61));
        await UntilSessionIsAsync(order, "expired");
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment", "the hold has its own end");
        _sale.Clock.Advance(TimeSpan.FromSeconds(30));
        await _sale.UntilOrderIsAsync(order, user, "expired");
        (await _sale.AuditAsync(batch)).Payments.ShouldBeEmpty();
    }

    [Fact]
    public async Task At_pay_by_a_session_that_was_paid_pays_the_order_though_no_event_came()
    {
        var (batch, order, user) = await CheckedOutAsync(windowSeconds: 60);
        var paid = _stripe.Books.Pay(order);
        _sale.Clock.Advance(TimeSpan.FromSeconds(61));
        await _sale.UntilOrderIsAsync(order, user, "paid");
        var head = await _sale.HeadAsync(batch);
        (await TellAsync(_sale, Completed, paid)).Is(204);
        (await _sale.HeadAsync(batch)).ShouldBe(head);
    }

    [Fact]
    public async Task The_session_of_a_cancelled_order_is_expired_at_once()
    {
        var (_, order, user) = await CheckedOutAsync();
        (await _sale.CancelAsync(order, user)).Is(200)["status"].ShouldBe("cancelled");
        await UntilSessionIsAsync(order, "expired");
    }

    [Theory]
    [InlineData(true, "refunded", PaymentEnd.Refunded)]
    [InlineData(false, "paid", PaymentEnd.Sold)]
    public async Task A_payment_after_the_release_is_paid_back_if_the_sale_is_over_and_else_buys_a_free_unit(
        bool isOver, string becomes, PaymentEnd end)
    {
        var (batch, order, user) = await CheckedOutAsync(windowSeconds: 60);
        _stripe.RefusesExpiry = true;
        try
        {
            _sale.Clock.Advance(TimeSpan.FromSeconds(91));
            await _sale.UntilOrderIsAsync(order, user, "expired");
            if (isOver) (await _sale.OperateAsync(batch, "close")).Is(200);
            (await TellAsync(_sale, Completed, _stripe.Books.Pay(order))).Is(204);
            await _sale.UntilOrderIsAsync(order, user, becomes);
        }
        finally
        {
            _stripe.RefusesExpiry = false;
        }
        (await _sale.AuditAsync(batch)).Payments.Values.Single().End.ShouldBe(end);
    }

    [Fact]
    public async Task A_payment_that_takes_days_pays_only_when_it_has_arrived()
    {
        var (batch, order, user) = await CheckedOutAsync();
        var before = await _sale.HeadAsync(batch);
        var unpaid = _stripe.Books.Pay(order, isPaid: false);
        (await TellAsync(_sale, Completed, unpaid)).Is(204);
        (await TellAsync(_sale, "checkout.session.async_payment_failed", unpaid)).Is(204);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment");
        (await _sale.HeadAsync(batch)).ShouldBe(before);
        (await TellAsync(_sale, "checkout.session.async_payment_succeeded", _stripe.Books.Arrive(order))).Is(204);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid");
    }

    [Theory]
    [InlineData(100, "cny")]
    [InlineData(Offer.Price, "usd")]
    public async Task Another_amount_or_currency_sells_nothing_and_is_owed_back(long amount, string currency)
    {
        var (batch, order, user) = await CheckedOutAsync();
        var paid = _stripe.Books.Pay(order, amount: amount);
        paid["currency"] = currency;
        (await TellAsync(_sale, Completed, paid)).Is(204);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment");
        await Eventually.HoldsAsync(
            async () => (await _sale.AuditAsync(batch)).Payments.Values.Single().End == PaymentEnd.Refunded,
            "paid back");
        _stripe.Books.Refunds.Single(refund => (string?)refund["payment_intent"] == (string?)paid["payment_intent"])
            ["amount"]!.GetValue<long>().ShouldBe(amount);
    }

    private async Task<(string Batch, string Order, string User)> CheckedOutAsync(int windowSeconds = 900)
    {
        var (batch, user) = (await CreateForBothAsync(_sale, windowSeconds: windowSeconds), _sale.NewUser("twitter"));
        var order = await _sale.OrderAsync(batch, user);
        (await _sale.CheckOutAsync(order, user)).Is(200);
        return (batch, order, user);
    }

    private Task UntilSessionIsAsync(string order, string status) => Eventually.HoldsAsync(
        () => (string?)_stripe.Books.SessionOf(order)["status"] == status, $"the session of {order} is {status}");
}

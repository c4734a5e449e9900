using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>A refund that Stripe says failed is tried again later, a few times, and then left to people.</summary>
public sealed class StripeRetryTests
{
    [Fact]
    public async Task A_refund_that_failed_is_tried_again_after_ten_minutes_and_three_times_at_most()
    {
        var (stripe, _) = await LoneStripe.StartAsync();
        await using var started = stripe;
        var provider = stripe.Provider;
        var payment = (string)stripe.Books.Pay(LoneStripe.Order)["payment_intent"]!;
        stripe.Books.NextRefund = ("failed", "expired_or_canceled_card");

        for (var made = 1; made <= 3; made++)
        {
            for (var again = 0; again < 3; again++)
            {
                (await FailureAsync(provider, payment)).ShouldBe("refund-failed expired_or_canceled_card");
                stripe.Books.Refunds.Length.ShouldBe(made);
            }
            stripe.Clock.Advance(TimeSpan.FromMinutes(10));
        }
        (await FailureAsync(provider, payment)).ShouldBe("refund-failed expired_or_canceled_card");
        stripe.Books.Refunds.Length.ShouldBe(3, "then people must pay it back");

        stripe.Books.RefundByHand(payment, LoneStripe.Price.Amount);
        var found = await provider.RefundAsync(
            new RefundRequest(LoneStripe.Order, payment, LoneStripe.Price), TestContext.Current.CancellationToken);
        found.Elsewhere.ShouldBeTrue();
    }

    [Fact]
    public async Task The_rest_of_a_payment_is_paid_back_though_a_part_went_back_before()
    {
        var (stripe, _) = await LoneStripe.StartAsync();
        await using var started = stripe;
        var provider = stripe.Provider;
        var payment = (string)stripe.Books.Pay(LoneStripe.Order)["payment_intent"]!;
        stripe.Books.RefundByHand(payment, 100);
        var rest = new RefundRequest(
            LoneStripe.Order, payment, LoneStripe.Price with { Amount = LoneStripe.Price.Amount - 100 }, PaidBack: 100);
        var made = await provider.RefundAsync(rest, TestContext.Current.CancellationToken);
        (await provider.RefundAsync(rest, TestContext.Current.CancellationToken)).ShouldBe(made);
        stripe.Books.Refunds.Select(refund => (long)refund["amount"]!).ShouldBe([100, LoneStripe.Price.Amount - 100]);
        var news = (await provider.FindPaymentAsync(payment, TestContext.Current.CancellationToken))!;
        (news.Order, news.Payment).ShouldBe((LoneStripe.Order, payment));
        news.Refunds.ShouldHaveSingleItem("the engine's own is none").Amount
            .ShouldBe(LoneStripe.Price with { Amount = 100 });
    }

    private static async Task<string> FailureAsync(IPaymentProvider provider, string payment) =>
        (await Should.ThrowAsync<PaymentProviderException>(
            () => provider.RefundAsync(new RefundRequest(LoneStripe.Order, payment, LoneStripe.Price)))).Code;
}

using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Api.Payments.Stripe;

/// <summary>
/// How far a session is whose buyer has paid in a way that takes days. Stripe leaves the session as it is when the
/// payment fails, so the payment says it.
/// </summary>
public sealed class StripeStateTests
{
    [Theory]
    [InlineData("processing", CheckoutStage.Processing)]
    [InlineData("requires_action", CheckoutStage.Processing)]
    [InlineData("succeeded", CheckoutStage.Processing)]
    [InlineData("requires_payment_method", CheckoutStage.Closed)]
    [InlineData("canceled", CheckoutStage.Closed)]
    public async Task A_session_whose_payment_takes_days_ends_when_that_fails(string status, CheckoutStage stage)
    {
        var (stripe, checkout) = await LoneStripe.StartAsync();
        await using var started = stripe;
        stripe.Books.Pay(LoneStripe.Order, isPaid: false);
        stripe.Books.MovePayment(LoneStripe.Order, status);
        var asked = stripe.Asked;
        (await stripe.Provider.FindCheckoutAsync(checkout, TestContext.Current.CancellationToken))
            .ShouldBe(new CheckoutState(stage));
        stripe.Asked.ShouldBe(asked + 1, "one request tells both");
        (await stripe.Provider.CloseCheckoutAsync(checkout, TestContext.Current.CancellationToken))
            .ShouldBe(new CheckoutState(stage));
    }

    [Fact]
    public async Task A_session_whose_payment_has_arrived_is_paid()
    {
        var (stripe, checkout) = await LoneStripe.StartAsync();
        await using var started = stripe;
        stripe.Books.Pay(LoneStripe.Order, isPaid: false);
        var payment = (string?)stripe.Books.Arrive(LoneStripe.Order)["payment_intent"];
        (await stripe.Provider.FindCheckoutAsync(checkout, TestContext.Current.CancellationToken))
            .ShouldBe(new CheckoutState(CheckoutStage.Paid, payment, LoneStripe.Price));
    }
}

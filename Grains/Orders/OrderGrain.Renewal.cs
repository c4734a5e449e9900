using System.Globalization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Grains.Orders;

// When an order that was extended needs another checkout.
public sealed partial class OrderGrain
{
    // The order was extended, and its checkout has ended: a provider cannot move the end of a checkout.
    private bool MustRenew(CheckoutPlan plan) =>
        stored.State.CheckoutPayBy is { } until && until < plan.PayBy && until <= plan.Now;

    // A provider that does not end checkouts by itself is asked to. Otherwise the buyer could pay at both.
    private async Task<Answer<CheckoutView>?> RefuseAnotherAsync(string open)
    {
        if (stored.State.CheckoutProvider is not { } provider || !providers.MustCloseCheckoutsOf(provider)) return null;
        return (await CloseCheckoutAsync(provider, open)).Stage switch
        {
            CheckoutStage.Closed => default(Answer<CheckoutView>?),
            CheckoutStage.Paid or CheckoutStage.Processing =>
                new Answer<CheckoutView>(Refusal.OrderNotPayable, "a payment is under way"),
            _ => new Answer<CheckoutView>(Refusal.Overloaded, "the payment provider did not answer; try again"),
        };
    }

    private string KeyOf(string digits, int number) => number == 1 ? $"{Id}-{digits}"
        : string.Create(CultureInfo.InvariantCulture, $"{Id}-{digits}-{number}");
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>Asks providers about the checkouts of a batch, and records the payments that they report.</summary>
internal interface ICheckoutAsker
{
    /// <summary>Asks how far a checkout is.</summary>
    Task<CheckoutState> FindAsync(Order order);

    /// <summary>Has a checkout closed, or finds how it ended.</summary>
    Task<CheckoutState> CloseAsync(Order order);

    /// <summary>
    /// Records a payment that the provider reports. False: it could not be judged yet, because nobody knows the payer's
    /// alias.
    /// </summary>
    Task<bool> CaptureAsync(Order order, CheckoutState state);
}

/// <summary>Asks through the actors of the orders.</summary>
internal sealed class CheckoutAsker(DurableBatch batch, PaymentProviders providers, IGrainFactory grains)
    : ICheckoutAsker
{
    public Task<CheckoutState> FindAsync(Order order) =>
        OrderOf(order).FindCheckoutAsync(order.CheckoutProvider!, order.Checkout!);

    // One that its provider ends by itself is only asked for.
    public Task<CheckoutState> CloseAsync(Order order) => providers.MustCloseCheckoutsOf(order.CheckoutProvider!)
        ? OrderOf(order).CloseCheckoutAsync(order.CheckoutProvider!, order.Checkout!)
        : FindAsync(order);

    public async Task<bool> CaptureAsync(Order order, CheckoutState state)
    {
        Alias? payer = order.Buyer;
        if (state.Payer is { } user)
        {
            var key = await grains.GetGrain<IBatchKeyGrain>(batch.Id).FindAsync();
            if (key is null && !batch.State.Directing.IsAnonymised) return false;
            payer = key is null ? null : new BatchKey(key).AliasOf(user);
        }
        if (ClosingRules.CaptureOf(order, order.CheckoutProvider!, state, payer) is not { } paid) return true;
        var now = batch.Now;
        await batch.CommitAsync(PaymentRules.DecideCapture(batch.State, paid, now, batch.GraceMilliseconds), now);
        return true;
    }

    private IOrderGrain OrderOf(Order order) => grains.GetGrain<IOrderGrain>(OrderId.Of(batch.Id, order.Seq));
}

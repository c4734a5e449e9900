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
    Task<CheckoutState> FindAsync(OpenedCheckout checkout);

    /// <summary>Has a checkout closed, or finds how it ended.</summary>
    Task<CheckoutState> CloseAsync(OpenedCheckout checkout);

    /// <summary>
    /// Records a payment that the provider reports. False: it could not be judged yet, because nobody knows the payer's
    /// alias.
    /// </summary>
    Task<bool> CaptureAsync(OpenedCheckout checkout, CheckoutState state);
}

/// <summary>
/// A checkout as it was opened. The order may have another one, or none, when the provider answers: a revival and an
/// extension come between.
/// </summary>
/// <param name="Order">Its order.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Id">The provider's id of it.</param>
internal sealed record OpenedCheckout(Order Order, string Provider, string Id);

/// <summary>Asks through the actors of the orders.</summary>
internal sealed class CheckoutAsker(
    DurableBatch batch, CaptureCall captures, PaymentProviders providers, IGrainFactory grains) : ICheckoutAsker
{
    public Task<CheckoutState> FindAsync(OpenedCheckout checkout) =>
        OrderOf(checkout.Order).FindCheckoutAsync(checkout.Provider, checkout.Id);

    // One that its provider ends by itself is only asked for.
    public Task<CheckoutState> CloseAsync(OpenedCheckout checkout) =>
        providers.MustCloseCheckoutsOf(checkout.Provider)
            ? OrderOf(checkout.Order).CloseCheckoutAsync(checkout.Provider, checkout.Id)
            : FindAsync(checkout);

    public async Task<bool> CaptureAsync(OpenedCheckout checkout, CheckoutState state)
    {
        var order = checkout.Order;
        Alias? payer = order.Buyer;
        if (state.Payer is { } user)
        {
            var key = await grains.GetGrain<IBatchKeyGrain>(batch.Id).FindAsync();
            if (key is null && !batch.State.Directing.IsAnonymised) return false;
            payer = key is null ? null : new BatchKey(key).AliasOf(user);
        }
        if (ClosingRules.CaptureOf(order, checkout.Provider, state, payer) is not { } paid) return true;
        await captures.RecordAsync(paid);
        return true;
    }

    private IOrderGrain OrderOf(Order order) => grains.GetGrain<IOrderGrain>(OrderId.Of(batch.Id, order.Seq));
}

using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The rules for asking providers about checkouts: now and then while they are open, and at payBy, when they are
/// closed. A provider's answer frees no unit, and its silence keeps none: a hold ends by its deadline alone.
/// </summary>
public static class ClosingRules
{
    /// <summary>
    /// For how long after payBy a provider is asked about a checkout, ms. Stripe's shortest session ends within it. A
    /// payment that comes later still is like any other late payment.
    /// </summary>
    public const long LongestAfterPayBy = 35 * 60_000;

    /// <summary>
    /// For how long after payBy a provider is asked about a payment that is under way there, ms. The slowest ways to
    /// pay are decided within it.
    /// </summary>
    public const long LongestProcessing = 14 * 24 * 3_600_000L;

    /// <summary>Whether the order has a checkout that must be closed, because the order takes no payment.</summary>
    /// <param name="order">The order.</param>
    /// <param name="now">Instant, ms.</param>
    /// <param name="isProcessing">Whether its provider has said that a payment is under way.</param>
    public static bool MayBeLeftOpen(Order order, long now, bool isProcessing = false) => order.Checkout is not null
        && now < order.PayBy + (isProcessing ? LongestProcessing : LongestAfterPayBy)
        && (order.Hold is HoldState.Expired or HoldState.Cancelled
            || (order.Hold == HoldState.Live && now >= order.PayBy))
        // A payment of its own has ended the checkout, or will be refunded like any other.
        && order.Payment is null;

    /// <summary>Whether the order has a checkout at which its buyer may pay now.</summary>
    public static bool IsOpen(Order order, long now) =>
        order is { Checkout: not null, Hold: HoldState.Live } && now < order.PayBy;

    /// <summary>The payment that a provider reports when it is asked about a checkout; null: none.</summary>
    /// <param name="order">The order.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="state">What the provider says.</param>
    /// <param name="payer">
    /// The payer. The order's buyer counts as the payer at a provider that does not verify payers.
    /// </param>
    public static Capture? CaptureOf(Order order, string provider, CheckoutState state, Alias? payer) =>
        state is { Stage: CheckoutStage.Paid, Payment: { Length: > 0 } payment, Amount: { } amount }
            ? new Capture(order.Seq, provider, payment, payer, amount, state.Fee)
            : null;
}

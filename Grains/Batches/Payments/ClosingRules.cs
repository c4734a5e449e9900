using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The rules for closing checkouts at providers that do not end them at payBy by themselves. A provider's answer frees
/// no unit: a hold ends by its deadline alone.
/// </summary>
public static class ClosingRules
{
    /// <summary>
    /// For how long after payBy a provider is asked to close a checkout, ms. Stripe's shortest session ends within it.
    /// A payment that comes later still is like any other late payment.
    /// </summary>
    public const long LongestAfterPayBy = 35 * 60_000;

    /// <summary>Whether the order has a checkout that must be closed, because the order takes no payment.</summary>
    public static bool MayBeLeftOpen(Order order, long now) => order.Checkout is not null
        && now < order.PayBy + LongestAfterPayBy
        && (order.Hold is HoldState.Expired or HoldState.Cancelled
            || (order.Hold == HoldState.Live && now >= order.PayBy))
        // A payment of its own has ended the checkout, or will be refunded like any other.
        && order.Payment is null;

    /// <summary>
    /// The payment that a provider reports when it is asked to close a checkout; null: none. The payer counts as the
    /// order's buyer, because a provider that verifies payers ends its checkouts by itself.
    /// </summary>
    public static Capture? CaptureOf(Order order, string provider, CheckoutState state) =>
        state is { Stage: CheckoutStage.Paid, Payment: { Length: > 0 } payment, Amount: { } amount }
            ? new Capture(order.Seq, provider, payment, order.Buyer, amount)
            : null;
}

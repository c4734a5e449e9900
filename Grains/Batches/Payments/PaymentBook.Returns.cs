using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Payments;

// What a return means for the money: the first buyer's is owed back, and the next one's is captured, in one commit.
public sealed partial class PaymentBook
{
    /// <summary>
    /// Throws unless an entry may come now. After a return's release, first the payment is owed back, and then the hold
    /// is sold. So no ledger has the one without the other (I6).
    /// </summary>
    internal void Require(long seq, BatchEntry entry)
    {
        if (_orders.Returns.Completing is not var (order, hold)) return;
        ThrowUnless(
            IsOwing(order) ? entry is RefundOwed owed && owed.Order == order.Seq && owed.Payment == order.Payment
                : entry is Sold { Units: null } sold && sold.Order == hold,
            seq, "comes between a return and the sale of its units");
    }

    // A returned order's payment is owed back because of that, and no other is.
    private static void RequireReturned(long seq, Order order, RefundOwed e, Payment? known) => ThrowUnless(
        (e.Why == RefundReason.Returned) == (known is not null && order.Hold == HoldState.Returned), seq,
        "a refund for a return of an order that is not returned, or the other way round");

    // Whether the order's payment is to be owed back and is not yet. It is not if it all went back elsewhere before.
    private bool IsOwing(Order order) =>
        _payments[order.Payment!.Value] is { State: PaymentState.Kept, IsEmpty: false };
}

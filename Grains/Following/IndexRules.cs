using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Grains.Following;

/// <summary>What the entries of a ledger change in the index of orders.</summary>
public static class IndexRules
{
    /// <summary>The order whose row an entry changes; null: none. An entry that makes an order needs no row.</summary>
    public static long? ChangedBy(BatchEntry entry) => entry switch
    {
        Released released => released.Order,
        Sold sold => sold.Order,
        RefundOwed owed => owed.Order,
        RefundMade made => made.Order,
        RefundedElsewhere moved => moved.Order,
        Revived revived => revived.Order,
        _ => null,
    };

    /// <summary>The row of an order after an entry; null: the entry changes no row.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="row">The row of <see cref="ChangedBy"/> before it; null: there is none.</param>
    public static IndexedOrder? Apply(StampedEntry entry, IndexedOrder? row) => entry.Entry switch
    {
        Held held => new IndexedOrder(entry.Seq, held.Buyer, held.Units, OrderStatus.AwaitingPayment),
        Granted granted => new IndexedOrder(entry.Seq, granted.Buyer, granted.Units, OrderStatus.AwaitingPayment),
        _ when row is null => null,
        Released released => row with
        {
            Hold = released.Why == ReleaseReason.Expired ? OrderStatus.Expired : OrderStatus.Cancelled,
        },
        Sold sold => row with
        {
            Hold = OrderStatus.Paid,
            Payment = sold.Payment,
            Kept = sold.Amount.Amount,
            Units = sold.Units ?? row.Units,
        },
        RefundOwed owed => row with
        {
            // The units of a shipped order stay with the buyer.
            Hold = owed.Why == RefundReason.Shipped ? OrderStatus.Cancelled : row.Hold,
            Kept = owed.Payment == row.Payment ? 0 : row.Kept,
            Owed = row.Owed + owed.Amount.Amount,
        },
        RefundMade made => row with { Owed = row.Owed - made.Amount.Amount, Returned = row.Returned + 1 },
        RefundedElsewhere moved when moved.Payment == row.Payment && row.Kept > 0 => row with
        {
            Kept = row.Kept - moved.Amount.Amount,
            Returned = row.Returned + (row.Kept == moved.Amount.Amount ? 1 : 0),
        },
        // What is left of one payment is not known apart from the others'. It matters only when nothing is owed.
        RefundedElsewhere moved => row with
        {
            Owed = row.Owed - moved.Amount.Amount,
            Returned = row.Returned + (row.Owed == moved.Amount.Amount ? 1 : 0),
        },
        Revived revived => row with { Hold = OrderStatus.AwaitingPayment, Units = revived.Units },
        _ => null,
    };
}

using OrleansSale.GrainInterfaces.Orders;
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
            Payment = sold.Payment.Id,
            Units = sold.Units ?? row.Units,
        },
        RefundOwed => row with { Owed = row.Owed + 1 },
        RefundMade => row with { Owed = row.Owed - 1, Returned = row.Returned + 1 },
        Revived revived => row with { Hold = OrderStatus.AwaitingPayment, Units = revived.Units },
        _ => null,
    };
}

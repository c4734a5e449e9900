using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.OrderIndex;

/// <summary>
/// The index of the orders of all batches: a store that follows from the ledgers, and is made again from them if it is
/// lost. It knows no users, only aliases.
/// </summary>
/// <remarks>
/// The safety argument: how far a ledger was read is stored with the orders, in one transaction. So a crash loses and
/// repeats nothing. A write names the entry that it follows, and the store refuses it if another writer was faster: of
/// two followers of one batch only one can write.
/// </remarks>
public interface IOrderIndex
{
    /// <summary>How far the ledger of a batch was read; sequence 0: not at all.</summary>
    /// <exception cref="SaleUnavailableException">The store did not answer. All calls can fail so.</exception>
    Task<IndexMark> ReadMarkAsync(string batch, CancellationToken cancellationToken = default);

    /// <summary>How far all ledgers were read, by batch.</summary>
    Task<IReadOnlyDictionary<string, long>> ListMarksAsync(CancellationToken cancellationToken = default);

    /// <summary>Orders of a batch by their sequences; those that are not there are left out.</summary>
    Task<IReadOnlyList<IndexedOrder>> ReadAsync(
        string batch, IReadOnlyCollection<long> orders, CancellationToken cancellationToken = default);

    /// <summary>Adds or replaces orders of a batch, and notes how far its ledger was read: all or nothing.</summary>
    /// <returns>False: another writer was faster, and nothing was written.</returns>
    Task<bool> WriteAsync(
        string batch, IndexMark before, IndexMark after, IReadOnlyCollection<IndexedOrder> orders,
        CancellationToken cancellationToken = default);

    /// <summary>Forgets a batch, whose ledger is to be read from its beginning.</summary>
    Task ClearAsync(string batch, CancellationToken cancellationToken = default);

    /// <summary>The orders that a query asks for, batch by batch, and there by sequence.</summary>
    Task<IReadOnlyList<FoundOrder>> FindAsync(OrderQuery query, CancellationToken cancellationToken = default);
}

/// <summary>The end of a commit up to which a ledger was read.</summary>
/// <param name="Seq">Its sequence; 0: none.</param>
/// <param name="Hash">Its hash: 32 bytes.</param>
public sealed record IndexMark(long Seq, byte[] Hash)
{
    /// <summary>Nothing was read.</summary>
    public static IndexMark None { get; } = new(0, new byte[32]);
}

/// <summary>An order in the index.</summary>
/// <param name="Seq">Its sequence in the batch.</param>
/// <param name="Buyer">The buyer's alias.</param>
/// <param name="Units">Its units.</param>
/// <param name="Hold">How its hold stands: awaiting-payment, paid, expired or cancelled.</param>
/// <param name="Owed">What is owed back of captured payments, in minor units.</param>
/// <param name="Returned">Captured payments of which all went back.</param>
/// <param name="Payment">The payment that it was sold for; null: none.</param>
/// <param name="Kept">What is left of that payment while it pays for the order, in minor units.</param>
public sealed record IndexedOrder(
    long Seq, Alias Buyer, int[] Units, OrderStatus Hold, long Owed = 0, int Returned = 0,
    PaymentId? Payment = null, long Kept = 0)
{
    /// <summary>Its status, as its batch tells it.</summary>
    public OrderStatus Status => Hold is OrderStatus.AwaitingPayment or OrderStatus.Paid ? Hold
        : Owed > 0 ? OrderStatus.Refunding
        : Returned > 0 ? OrderStatus.Refunded
        : Hold;
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// The paid orders whose buyers offer their units back. Such an order stays paid and its units stay sold, until the
/// next in line has paid for them.
/// </summary>
/// <remarks>
/// The argument for I1: a hold for a return has no units of its own. It names those of the order that is returned, and
/// counts none. When that order is released while the hold lives, the units become the hold's: they are held from then
/// on, and never free in between. When the hold ends first, nothing moves. So a unit is always counted once. A return
/// has one live hold at most, because the offer takes it out of those that wait. It cannot be offered again before that
/// hold has ended.
/// </remarks>
public sealed class ReturnBook
{
    /// <summary>
    /// How often the units of one order may be offered back. It bounds what a buyer can add to a ledger.
    /// </summary>
    public const int MaxOffers = 10;

    private static readonly Comparer<Return> FirstCome = Comparer<Return>.Create(
        (one, other) => one.OfferedAt.CompareTo(other.OfferedAt));

    private readonly DirectingBook _directing;

    // By order; a return that was closed stays, because it counts.
    private readonly Dictionary<long, Return> _returns = [];

    // By the hold for it.
    private readonly Dictionary<long, Return> _held = [];

    // Those that wait for the next in line, by their number of units.
    private readonly SortedSet<Return>?[] _waiting = new SortedSet<Return>?[BatchTerms.MaxPerUserLimit + 1];
    private int _countWaiting;

    internal ReturnBook(DirectingBook directing) => _directing = directing;

    /// <summary>
    /// Units that the line may still have from returns: offered back, and neither kept nor paid for by anybody else.
    /// </summary>
    public int Units { get; private set; }

    /// <summary>How many live holds are for returns. They are not among the units that are held.</summary>
    public int Holds => _held.Count;

    /// <summary>Whether units wait for the next in line.</summary>
    public bool AnyWaiting => _countWaiting > 0;

    /// <summary>
    /// The order that was released as returned by the last entries, and the hold for it, until that is sold. The
    /// entries for this are one commit. Null: none.
    /// </summary>
    public (Order Order, long Hold)? Completing { get; private set; }

    /// <summary>How far an order's return is; null: it is not offered back.</summary>
    public OrderReturn? StageOf(Order order) =>
        order.Hold == HoldState.Returned ? OrderReturn.Returned
        : Find(order) is not { } found ? null
        // The end of the sale closes all. Whoever pays then may finish.
        : found.IsOpen && !_directing.IsEnded ? found.Hold > 0 ? OrderReturn.BeingPaid : OrderReturn.Offered
        : found.Hold > 0 ? OrderReturn.Ending
        : null;

    /// <summary>How often the units of an order were offered back.</summary>
    public int OffersOf(Order order) => Find(order)?.Offers ?? 0;

    /// <summary>The live hold for an order's return; 0: none.</summary>
    public long HoldOf(Order order) => Find(order)?.Hold ?? 0;

    /// <summary>The order whose units a live hold is for; null: it has its own.</summary>
    public Order? ReturnedTo(Order hold) => _held.GetValueOrDefault(hold.Seq)?.Order;

    /// <summary>
    /// The order whose units the next in line can have: the first that was offered back, is not their own, and has no
    /// more units than they asked for, because a return is never divided. Null: none.
    /// </summary>
    /// <param name="buyer">The buyer who is next in line.</param>
    /// <param name="quantity">Units that they asked for.</param>
    public Order? FirstFor(Alias buyer, int quantity)
    {
        Return? first = null;
        for (var units = 1; units <= quantity && _countWaiting > 0; units++)
        {
            // A buyer's own returns are few, so this finds another soon.
            if (_waiting[units]?.FirstOrDefault(waiting => waiting.Order.Buyer != buyer) is { } other
                && (first is null || other.OfferedAt < first.OfferedAt))
                first = other;
        }
        return first?.Order;
    }

    internal void Apply(long seq, ReturnEntry entry, Order order)
    {
        switch (entry)
        {
            case ReturnOffered: Offer(seq, order); break;
            case ReturnCancelled: Cancel(seq, order); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    /// <summary>Throws unless these units are the next that a buyer in the line can have.</summary>
    internal void RequireNext(long seq, Held held, long from, int quantity) => ThrowUnless(
        FirstFor(held.Buyer, quantity) is { } order && order.Seq == from
            && order.Units.AsSpan().SequenceEqual(held.Units),
        seq, "a hold for a return that is not the next");

    /// <summary>Records a hold for a return.</summary>
    internal void Hold(long from, long hold)
    {
        var held = _returns[from];
        StopWaiting(held);
        held.Hold = hold;
        _held.Add(hold, held);
    }

    /// <summary>Records that an unpaid order ended. False: it was no hold for a return.</summary>
    internal bool EndHold(Order hold)
    {
        if (!_held.Remove(hold.Seq, out var held)) return false;
        held.Hold = 0;
        if (held.IsOpen) Wait(held);
        return true;
    }

    /// <summary>
    /// Records that an order is not to be returned any more: it was released or shipped. False: no hold takes its
    /// units.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="isReturned">Whether it was returned.</param>
    internal bool End(Order order, bool isReturned = false)
    {
        if (Find(order) is not { } ended) return false;
        Close(ended);
        var hold = ended.Hold;
        _held.Remove(hold);
        ended.Hold = 0;
        if (isReturned) Completing = (order, hold);
        return hold > 0;
    }

    /// <summary>Records that the hold for what was returned is sold.</summary>
    internal void Complete() => Completing = null;

    private void Offer(long seq, Order order)
    {
        ThrowUnless(order is { Hold: HoldState.Sold, Shipment: null }, seq,
            "a return of an order that is not paid, or is shipped");
        ThrowUnless(_directing is { IsOpen: true, IsOver: false, Terms.HasLine: true }, seq,
            "a return outside the sale, or without a line");
        var known = Find(order);
        ThrowUnless(known is null or { IsOpen: false, Hold: 0, Offers: < MaxOffers }, seq,
            "a return that is offered twice, or too often");
        if (known is null) _returns.Add(order.Seq, known = new Return(order));
        (known.IsOpen, known.OfferedAt) = (true, seq);
        known.Offers++;
        Units += order.Quantity;
        Wait(known);
    }

    private void Cancel(long seq, Order order)
    {
        ThrowUnless(StageOf(order) is OrderReturn.Offered or OrderReturn.BeingPaid, seq,
            "the end of a return that is not open");
        Close(_returns[order.Seq]);
    }

    // No more is offered to anybody. A hold that lives stays.
    private void Close(Return closed)
    {
        if (!closed.IsOpen) return;
        if (closed.Hold == 0) StopWaiting(closed);
        closed.IsOpen = false;
        Units -= closed.Order.Quantity;
    }

    private Return? Find(Order order) => _returns.Count == 0 ? null : _returns.GetValueOrDefault(order.Seq);

    private void Wait(Return waiting)
    {
        (_waiting[waiting.Order.Quantity] ??= new(FirstCome)).Add(waiting);
        _countWaiting++;
    }

    private void StopWaiting(Return waiting)
    {
        _waiting[waiting.Order.Quantity]!.Remove(waiting);
        _countWaiting--;
    }

    private sealed class Return(Order order)
    {
        public Order Order => order;

        /// <summary>Sequence of the entry that offered it.</summary>
        public long OfferedAt { get; set; }

        /// <summary>Whether it goes to the next in line. If not, and a hold for it lives, it is ending.</summary>
        public bool IsOpen { get; set; }

        /// <summary>The live hold for it; 0: none.</summary>
        public long Hold { get; set; }

        public int Offers { get; set; }
    }
}

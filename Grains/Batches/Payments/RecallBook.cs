using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The newest recall of a batch: which of its orders are still to be cancelled, as a cursor over the orders. It follows
/// from the entries, so a recall goes on after a crash where it was.
/// </summary>
/// <remarks>
/// The argument: an order that the cursor has passed never has to be cancelled any more. While a recall runs, the sale
/// is paused and cannot be resumed, so no order that has ended gets units again. An order of a kind that the recall
/// does not cover may only become one that is paid, and those that were paid since the recall are not covered.
/// </remarks>
public sealed class RecallBook
{
    private readonly OrderBook _orders;
    private readonly DirectingBook _directing;

    // Orders before the recall that were paid after it.
    private readonly HashSet<long> _paidSince = [];
    private Recalled? _recalled;
    private int _end;

    internal RecallBook(OrderBook orders, DirectingBook directing) => (_orders, _directing) = (orders, directing);

    /// <summary>Sequence of the newest recall; 0: there was none.</summary>
    public long Seq { get; private set; }

    /// <summary>When it was commanded, ms.</summary>
    public long At { get; private set; }

    /// <summary>Which orders it covers; null: there was none.</summary>
    public RecalledOrders? Orders => _recalled?.Orders;

    /// <summary>Why.</summary>
    public string Reason => _recalled?.Reason ?? "";

    /// <summary>The operator who commanded it.</summary>
    public Alias By => _recalled?.By ?? default;

    /// <summary>What it covered when it was commanded.</summary>
    public RecallSum Covered { get; private set; }

    /// <summary>What it has cancelled.</summary>
    public RecallSum Cancelled { get; private set; }

    /// <summary>Whether orders are still to be cancelled.</summary>
    public bool IsRunning => Owing is not null || Place < _end;

    /// <summary>
    /// The paid order that the last entry cancelled. The entry that its payment is owed back follows in the same
    /// commit. Null: none.
    /// </summary>
    public Order? Owing { get; private set; }

    /// <summary>
    /// The place of the next order to cancel among all orders. Those before it need not be cancelled any more.
    /// </summary>
    public int Place { get; private set; }

    /// <summary>The next order to cancel; null: none is left.</summary>
    public Order? Next => Place < _end ? _orders.All[Place] : null;

    /// <summary>Whether the recall covers an order and has not come to it yet.</summary>
    public bool Covers(Order order) => order.Place >= Place && order.Place < _end && IsCovered(order);

    /// <summary>The entry by which the recall cancels an order.</summary>
    public Released CancelOf(Order order) =>
        new(order.Seq, order.Units, ReleaseReason.Cancelled, By, CancelReason.Recalled);

    /// <summary>The orders that a recall would cover now.</summary>
    public RecallSum Count(RecalledOrders which)
    {
        var (awaiting, paid) = (default(OrderSum), default(OrderSum));
        var price = _directing.Terms!.Product.Price;
        foreach (var order in _orders.All)
        {
            if (!IsOf(which, order)) continue;
            var (units, amount) = (order.Quantity, (price * order.Quantity).Amount);
            if (order.Hold == HoldState.Sold) paid = paid.With(units, amount);
            else awaiting = awaiting.With(units, amount);
        }
        return new RecallSum(awaiting, paid);
    }

    internal void Apply(long seq, long at, Recalled entry)
    {
        ThrowUnless(!IsRunning, seq, "a recall while another one runs");
        ThrowUnless(!_directing.IsAnonymised, seq, "a recall after the personal data were removed");
        (Seq, At, _recalled, Covered, Cancelled) = (seq, at, entry, Count(entry.Orders), default);
        (Place, _end) = (0, _orders.All.Count);
        _paidSince.Clear();
        Advance();
    }

    /// <summary>
    /// Throws unless an entry may come now: a recall cancels only what it covers, and what it cancels is owed back at
    /// once.
    /// </summary>
    internal void Require(long seq, BatchEntry entry)
    {
        ThrowUnless(Owing is null || (entry is RefundOwed owed && owed.Order == Owing.Seq), seq,
            "comes between a recall's cancellation and its refund");
        if (entry is Released { Reason: CancelReason.Recalled } released)
            ThrowUnless(released.By == By && _orders.Find(released.Order) is { } order && Covers(order), seq,
                "the recall of an order that no recall covers");
    }

    /// <summary>Records an entry about an order that was applied.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="paidBy">The payment of its order, if that was paid before it; null: it was not.</param>
    internal void Take(BatchEntry entry, Payment? paidBy = null)
    {
        if (!IsRunning) return;
        switch (entry)
        {
            case Released { Reason: CancelReason.Recalled } e:
                var order = _orders.Find(e.Order)!;
                var amount = (_directing.Terms!.Product.Price * order.Quantity).Amount;
                Cancelled = paidBy is not null
                    ? Cancelled with { Paid = Cancelled.Paid.With(order.Quantity, amount) }
                    : Cancelled with { AwaitingPayment = Cancelled.AwaitingPayment.With(order.Quantity, amount) };
                // Its money may have gone back elsewhere before.
                if (paidBy is { IsEmpty: false }) Owing = order;
                break;
            case RefundOwed e when e.Order == Owing?.Seq: Owing = null; break;
            case Sold e when e.Order < Seq: _paidSince.Add(e.Order); break;
            default: break;
        }
        Advance();
    }

    // After every entry, and not when somebody asks: so the cursor is the same live and on replay.
    private void Advance()
    {
        while (Place < _end && !IsCovered(_orders.All[Place])) Place++;
    }

    // An order that was shipped is not covered: its buyer has the units.
    private bool IsCovered(Order order) => IsOf(_recalled!.Orders, order) && !_paidSince.Contains(order.Seq);

    private static bool IsOf(RecalledOrders which, Order order) => order.Hold switch
    {
        HoldState.Live => which != RecalledOrders.Paid,
        HoldState.Sold => which != RecalledOrders.AwaitingPayment && order.Shipment is null,
        _ => false,
    };
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// All orders of a batch, and the states of their holds. No unit is in two live orders (I1). A hold for a return has
/// none of its own: it names those of the order that is returned.
/// </summary>
public sealed class OrderBook
{
    private readonly StockBook _stock;
    private readonly DirectingBook _directing;
    private readonly OrderRows _rows = new();
    private readonly LineBook _line;
    private readonly BuyerIndex<Buyers> _latest;
    private readonly Deadlines _deadlines;
    private readonly Dictionary<KeyHash, long> _granted = [];

    // The sequences of the extensions, ascending. An operator makes few.
    private readonly List<long> _extensions = [];

    internal OrderBook(StockBook stock, DirectingBook directing, LineBook line)
    {
        (_stock, _directing, _line) = (stock, directing, line);
        (_latest, _deadlines) = (new(new(_rows)), new Deadlines(_rows));
        Returns = new ReturnBook(directing);
    }

    /// <summary>The paid orders whose buyers offer their units back.</summary>
    public ReturnBook Returns { get; }

    /// <summary>All orders ever made, by sequence of their held entry.</summary>
    public IReadOnlyList<Order> All => _rows;

    /// <summary>The order held at this sequence; null: none.</summary>
    public Order? Find(long seq) =>
        PlaceAfter(seq - 1) is var place && place < _rows.Count && _rows.At(place).Seq == seq
        ? _rows[place]
        : null;

    /// <summary>All orders after a sequence, in the order of sequence.</summary>
    public IEnumerable<Order> After(long seq)
    {
        for (var place = PlaceAfter(seq); place < _rows.Count; place++) yield return _rows[place];
    }

    /// <summary>The buyer's newest order; its <see cref="Order.Previous"/> leads to the others.</summary>
    public Order? LatestOf(Alias buyer) => _latest.Of(buyer) is >= 0 and var place ? _rows[place] : null;

    /// <summary>The order with the earliest deadline among those that await payment; null: none.</summary>
    public Order? NextDeadline() => _deadlines.First() is >= 0 and var place ? _rows[place] : null;

    /// <summary>Sequence of the last entry by which an operator held units for a buyer; 0: none.</summary>
    public long LastByOperator { get; private set; }

    /// <summary>Sequence of the last entry that gave orders another payBy; 0: none.</summary>
    public long MovedAt { get; private set; }

    /// <summary>The order that the grant with this key made; null: there is none.</summary>
    public Order? GrantedUnder(KeyHash key) => _granted.TryGetValue(key, out var seq) ? Find(seq) : null;
    /// <summary>The longest time from a hold to its payBy among the live holds, ms; 0: none is live.</summary>
    public int LongestWindow() => _deadlines.LongestWindow();

    /// <summary>How often a live, unpaid order was extended.</summary>
    public int CountExtensions(Order order) => _extensions.Count - FirstExtensionAfter(order.Seq);

    /// <summary>The order's view for callers.</summary>
    public OrderView View(Order order) => View(
        order.Seq, order.Buyer, order.Units, StatusOf(order), order.HeldAt, order.PayBy) with
    {
        Checkout = order.Checkout,
        Payment = order.Payment?.Id,
        Cancelled = order.Cancelled,
        Place = _line.PlaceOf(order.Buyer, order.Seq),
        Shipment = order.Shipment,
        Revivals = order.Revivals,
        Return = Returns.StageOf(order),
        Instants = InstantsOf(order),
    };

    /// <summary>The view of the order that a held entry of this sequence and instant makes.</summary>
    public OrderView View(Held held, long seq, long at) =>
        View(seq, held.Buyer, held.Units, OrderStatus.AwaitingPayment, at, held.PayBy);

    /// <summary>An order's status. It follows from the hold and, once that has ended, from the refunds.</summary>
    public static OrderStatus StatusOf(Order order) => order.Hold switch
    {
        HoldState.Live => OrderStatus.AwaitingPayment,
        HoldState.Sold => OrderStatus.Paid,
        _ when order.Owed > 0 => OrderStatus.Refunding,
        _ when order.Returned > 0 => OrderStatus.Refunded,
        HoldState.Expired => OrderStatus.Expired,
        HoldState.Cancelled or HoldState.Returned => OrderStatus.Cancelled,
        // An order whose units are gone has a payment that is owed or was paid back.
        _ => throw new InvalidOperationException($"Unknown hold state {order.Hold}"),
    };

    /// <summary>The order that an entry names.</summary>
    internal Order At(long seq, long order) =>
        Find(order) ?? throw new InconsistentEntryException(seq, $"no order {order}");

    internal void Apply(long seq, long at, OrderEntry entry)
    {
        switch (entry)
        {
            case Held e: Apply(seq, at, e); break;
            case Released e: Apply(seq, e); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    /// <summary>Gives all live, unpaid holds more time.</summary>
    internal void Apply(long seq, Extended e)
    {
        ThrowUnless(e.Seconds is >= 1 and <= OperatorCommand.MaxExtensionSeconds, seq, "an impossible extension");
        var longest = LongestWindow();
        ThrowUnless(longest > 0, seq, "an extension of no hold");
        ThrowUnless(longest + (e.Seconds * 1_000L) <= OperatorCommand.MaxHoldSeconds * 1_000L, seq,
            "an extension of a hold that would be too long");
        _deadlines.Extend(e.Seconds * 1_000);
        _extensions.Add(seq);
        MovedAt = seq;
    }

    private void Apply(long seq, long at, Held e)
    {
        ThrowUnless(_directing.IsOpen && !_directing.IsEnded, seq, "a hold outside the sale");
        var from = e.Offer?.From;
        if (from is null) _stock.RequireFree(seq, e.Units);
        else ThrowUnless(_line.UnitsForLine(_stock) == 0, seq, "a hold for a return while units are free");
        ThrowUnless(e.Reservation >= 1, seq, "an impossible reservation");
        if (e.Offer is { } offer)
        {
            ThrowUnless(e.Key is null, seq, "an offer with a key");
            _line.RequireNext(seq, offer.Place, e.Buyer, e.Reservation, e.Units.Length);
            if (from is { } order) Returns.RequireNext(seq, e, order, _line.Find(offer.Place)!.Quantity);
            ThrowUnless(from is not null || e.Units.Length <= _line.UnitsForLine(_stock), seq,
                "an offer of units that are for purchases");
        }
        else
        {
            ThrowUnless(e.Units.Length <= _line.UnitsForPurchases(_stock), seq, "a hold that overtakes the line");
            if (e.Key is { } named) _line.RequireNewKey(seq, e.Buyer, named);
        }
        var window = e.Offer is null ? _directing.WindowMilliseconds : _directing.OfferWindowMilliseconds;
        ThrowUnless(e.PayBy == at + window, seq, "another deadline than the window's");
        var latest = LatestOf(e.Buyer);
        ThrowUnless(e.Key is not { } key || PurchaseRules.FindByKey(latest, key) is null, seq,
            "a key that names another order");
        var cameBack = from is not null || _stock.AnyCameBack(e.Units);
        if (from is { } returned) Returns.Hold(returned, seq);
        else _stock.Hold(e.Units);
        _rows.Add(seq, at, e, latest);
        _latest.TakeLast(e.Buyer);
        _deadlines.TakeLast();
        if (e.Offer is { Place: var place }) _line.Offer(place, seq, at, e.Units.Length, cameBack);
        else _line.TakePurchase(e.Units.Length);
    }

    private void Apply(long seq, Released e)
    {
        var order = At(seq, e.Order);
        ThrowUnless(order.IsLive, seq, "a second release");
        ThrowUnless(order.Hold == HoldState.Live || e.Why != ReleaseReason.Expired, seq, "a paid order that expires");
        var isHeld = Returns.HoldOf(order) > 0;
        ThrowUnless(e.Why != ReleaseReason.Returned || isHeld, seq, "a return that nobody pays for");
        ThrowUnless(!isHeld || e.Why == ReleaseReason.Returned || e.By is not null, seq,
            "a buyer who cancels while somebody pays for the return");
        ThrowUnless(e.By is null || e.Why == ReleaseReason.Cancelled, seq, "an operator who lets an order expire");
        ThrowUnless(e.By is null == e.Reason is null, seq,
            "an operator without a reason, or a reason without an operator");
        ThrowUnless(e.Key is null || e.By is not null, seq, "a key without an operator");
        ThrowUnless(order.Shipment is null, seq, "a release of an order that is shipped");
        ThrowUnless(order.Units.AsSpan().SequenceEqual(e.Units), seq, "other units than the order's");
        FreeUnits(order, isReturned: e.Why == ReleaseReason.Returned);
        if (order.Hold == HoldState.Live)
            _line.EndOffer(order.Buyer, order.Seq, isDeclined: e is { Why: ReleaseReason.Cancelled, By: null });
        order.Hold = e.Why switch
        {
            ReleaseReason.Expired => HoldState.Expired,
            ReleaseReason.Returned => HoldState.Returned,
            _ => HoldState.Cancelled,
        };
        if (e.Why == ReleaseReason.Cancelled)
            order.Cancelled = new Cancellation(e.By, e.Reason ?? CancelReason.Unstated);
    }

    // A hold for a return has no units to free. What a hold waits for becomes its own.
    private void FreeUnits(Order order, bool isReturned)
    {
        if (order.Hold == HoldState.Live && Returns.EndHold(order)) return;
        if (Returns.End(order, isReturned)) _stock.PassOn(order.Quantity);
        else _stock.Release(order.Units, wereSold: order.Hold == HoldState.Sold);
    }

    internal void Apply(long seq, ReturnEntry entry) => Returns.Apply(seq, entry, At(seq, entry.Order));

    internal void Apply(long seq, long at, OrderChangeEntry entry)
    {
        switch (entry)
        {
            case Granted e: Apply(seq, at, e); break;
            case Revived e: Apply(seq, at, e); break;
            case Shipped e: Apply(seq, at, e); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    private void Apply(long seq, long at, Granted e)
    {
        RequireOnSale(seq);
        _stock.RequireFree(seq, e.Units);
        ThrowUnless(e.PayBy == at + _directing.WindowMilliseconds, seq, "another deadline than the window's");
        _stock.Hold(e.Units);
        _rows.Add(seq, at, e.Buyer, e.Units, e.PayBy, key: null, LatestOf(e.Buyer));
        _latest.TakeLast(e.Buyer);
        _deadlines.TakeLast();
        _granted.Add(e.Key, seq);
        _line.TakePurchase(e.Units.Length);
        LastByOperator = seq;
    }

    private void Apply(long seq, long at, Revived e)
    {
        var order = At(seq, e.Order);
        ThrowUnless(StatusOf(order) == OrderStatus.Expired, seq, "a revival of an order that has not expired");
        RequireOnSale(seq);
        ThrowUnless(e.Units.Length == order.Quantity, seq, "another quantity than the order's");
        _stock.RequireFree(seq, e.Units);
        ThrowUnless(e.PayBy == at + _directing.WindowMilliseconds, seq, "another deadline than the window's");
        _stock.Hold(e.Units);
        order.Revive(e.Units, at, e.PayBy);
        _deadlines.TakeRevived(order.Place);
        (LastByOperator, MovedAt) = (seq, seq);
    }

    private void Apply(long seq, long at, Shipped e)
    {
        var order = At(seq, e.Order);
        ThrowUnless(order.Hold == HoldState.Sold, seq, "a shipment of an order that is not paid");
        ThrowUnless(Returns.HoldOf(order) == 0, seq, "a shipment while somebody pays for the return");
        Returns.End(order);
        order.Shipment = new Shipment(DateTimeOffset.FromUnixTimeMilliseconds(at), e.Key.ToString());
    }

    // What an operator holds for a buyer overtakes nobody, and is no way around a pause or the end.
    private void RequireOnSale(long seq)
    {
        ThrowUnless(_directing is { IsOpen: true, IsOver: false, IsPaused: false }, seq, "a hold while nobody can buy");
        ThrowUnless(_line.FirstWaiting == 0 && !_line.IsCarrying, seq, "a hold that overtakes the line");
    }

    private OrderView View(long seq, Alias buyer, int[] units, OrderStatus status, long heldAt, long payBy) => new(
        seq, _directing.Terms!.Id, buyer, units, status, _directing.Terms.Product.Price * units.Length,
        DateTimeOffset.FromUnixTimeMilliseconds(heldAt), DateTimeOffset.FromUnixTimeMilliseconds(payBy), null, null);

    private OrderInstants? InstantsOf(Order order)
    {
        var (paidAt, refundedAt) = (InstantOf(order.PaidAt), InstantOf(order.RefundedAt));
        if (StatusOf(order) != OrderStatus.Refunded) refundedAt = null;
        // Only a paid order can be returned: without the two others there is no third instant.
        return paidAt is null && refundedAt is null ? null : new OrderInstants(
            paidAt, refundedAt, Returns.HoldOf(order) is > 0 and var hold ? InstantOf(Find(hold)!.PayBy) : null);
    }

    private static DateTimeOffset? InstantOf(long at) => at > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    // The place of the first order after a sequence; the count if there is none.
    private int PlaceAfter(long seq)
    {
        var (from, to) = (0, _rows.Count);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (_rows.At(middle).Seq <= seq) from = middle + 1;
            else to = middle;
        }
        return from;
    }

    private int FirstExtensionAfter(long seq) =>
        _extensions.FindIndex(extension => extension > seq) is >= 0 and var first ? first : _extensions.Count;

    private readonly struct Buyers(OrderRows rows) : IBuyerRows
    {
        public int Count => rows.Count;

        public Alias BuyerAt(int row) => rows.At(row).Buyer;
    }
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// The state of a batch: a function of its entries and nothing else. <see cref="Apply"/> is the only thing that changes
/// it, live and on replay alike; the rules (<see cref="PurchaseRules"/>, <see cref="HoldRules"/>,
/// <see cref="PaymentRules"/>, <see cref="OperatorRules"/>) read it and decide.
/// </summary>
/// <remarks>
/// Apply checks every entry against the state and throws <see cref="InconsistentEntryException"/> rather than break I1
/// (units are conserved, no unit in two live orders), I2's key half, or I6 (a payment ends once). So neither a wrong
/// rule nor a wrong ledger can be carried on from.
/// </remarks>
public sealed partial class SaleBatch
{
    // By sequence. Holds get the same window, and time never runs backwards, so it is the order of their deadlines too.
    private readonly OrderBook _orders = new();
    private readonly LatestOrders _latestOrders;
    private readonly Dictionary<string, long> _cancelledVersions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Payment> _payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Payment> _owed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refunds = new(StringComparer.Ordinal);
    private readonly Dictionary<(string By, string Key), OperatorCommand> _commands = [];
    private readonly List<ulong> _knownUsers = [];

    // All orders before this place have ended or are paid for ever: what ended does not live again.
    private int _firstLive;

    /// <summary>Without any entry.</summary>
    public SaleBatch() => _latestOrders = new LatestOrders(_orders);

    /// <summary>The terms; null: not created yet.</summary>
    public BatchTerms? Terms { get; private set; }

    /// <summary>Sequence of the last entry; 0: none.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Instant of the last entry, ms. Time never runs backwards: the next entry is not earlier.</summary>
    public long LastAt { get; private set; }

    /// <summary>Units offered so far.</summary>
    public int Stock { get; private set; }

    /// <summary>Units in orders awaiting payment.</summary>
    public int HeldUnits { get; private set; }

    /// <summary>Units in paid orders.</summary>
    public int SoldUnits { get; private set; }

    /// <summary>Units taken out of the sale.</summary>
    public int WithdrawnUnits { get; private set; }

    /// <summary>The units that are free.</summary>
    public UnitSet Free { get; } = new();

    /// <summary>Whether an operator has paused the sale.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether an operator has closed the sale.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>All orders ever made, by sequence of their held entry.</summary>
    public IReadOnlyList<Order> Orders => _orders;

    /// <summary>All captured payments, by the provider's id.</summary>
    public IReadOnlyDictionary<string, Payment> Payments => _payments;

    /// <summary>Payments owed back and not made yet.</summary>
    public IReadOnlyCollection<Payment> OwedPayments => _owed.Values;

    /// <summary>Whether a payment was paid back by the refund of this id.</summary>
    public bool IsRefund(string refund) => _refunds.Contains(refund);

    /// <summary>Commands carried out, by operator and key: a key is its operator's own.</summary>
    public IReadOnlyDictionary<(string By, string Key), OperatorCommand> Commands => _commands;

    /// <summary>Up to which version users' reservations are cancelled.</summary>
    public IReadOnlyDictionary<string, long> CancelledVersions => _cancelledVersions;

    /// <summary>
    /// Hashes of the users to whom only the batch may answer, in the order of the ledger; a user may be in it twice.
    /// </summary>
    public IReadOnlyList<ulong> KnownUsers => _knownUsers;

    /// <summary>The order held at this sequence; null: none.</summary>
    public Order? FindOrder(long seq) => PlaceAfter(seq - 1) is var place && place < _orders.Count && _orders.At(place).Seq == seq
        ? _orders[place]
        : null;

    /// <summary>All orders after a sequence, in the order of sequence.</summary>
    public IEnumerable<Order> OrdersAfter(long seq)
    {
        for (var place = PlaceAfter(seq); place < _orders.Count; place++) yield return _orders[place];
    }

    /// <summary>The user's newest order; its <see cref="Order.Previous"/> leads to the others.</summary>
    public Order? LatestOrderOf(string user) => _latestOrders.Of(user);

    /// <summary>Up to which version the user's reservation is cancelled; 0: never.</summary>
    public long CancelledVersionOf(string user) => _cancelledVersions.GetValueOrDefault(user);

    /// <summary>The order whose deadline comes first among those awaiting payment; null: none.</summary>
    public Order? NextDeadline()
    {
        while (_firstLive < _orders.Count && _orders.At(_firstLive).Hold != HoldState.Live) _firstLive++;
        return _firstLive < _orders.Count ? _orders[_firstLive] : null;
    }

    /// <summary>The order as others see it.</summary>
    public OrderView View(Order order) => new(
        order.Seq, Terms!.Id, order.User, order.Units, StatusOf(order), Terms.Product.Price * order.Quantity,
        DateTimeOffset.FromUnixTimeMilliseconds(order.PayBy - WindowMilliseconds), DateTimeOffset.FromUnixTimeMilliseconds(order.PayBy),
        order.Checkout, order.Payment);

    /// <summary>The order that this would become as the next entry, as others would see it.</summary>
    public OrderView View(Held held, long at) => new(
        LastSeq + 1, Terms!.Id, held.User, held.Units, OrderStatus.AwaitingPayment, Terms.Product.Price * held.Units.Length,
        DateTimeOffset.FromUnixTimeMilliseconds(at), DateTimeOffset.FromUnixTimeMilliseconds(held.PayBy), null, null);

    /// <summary>An order's state: its hold's, and once that has ended, where the money captured for it is.</summary>
    public static OrderStatus StatusOf(Order order) => order.Hold switch
    {
        HoldState.Live => OrderStatus.AwaitingPayment,
        HoldState.Sold => OrderStatus.Paid,
        _ when order.Owed > 0 => OrderStatus.Refunding,
        _ when order.Returned > 0 => OrderStatus.Refunded,
        HoldState.Expired => OrderStatus.Expired,
        HoldState.Cancelled => OrderStatus.Cancelled,
        _ => throw new InvalidOperationException($"Unknown hold state {order.Hold}"),
    };

    private long WindowMilliseconds => Terms!.PaymentWindowSeconds * 1000L;

    // Of the first order after a sequence; the count if there is none.
    private int PlaceAfter(long seq)
    {
        var (from, to) = (0, _orders.Count);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (_orders.At(middle).Seq <= seq) from = middle + 1;
            else to = middle;
        }
        return from;
    }
}

/// <summary>
/// An entry contradicts the state it is applied to: a bug, or a ledger that is not this batch's. Nothing was changed.
/// </summary>
public sealed class InconsistentEntryException(long seq, string message) : Exception($"Entry {seq}: {message}")
{
    /// <summary>Sequence of the entry.</summary>
    public long Seq { get; } = seq;
}

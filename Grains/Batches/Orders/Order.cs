using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>The state of an order's hold. Refunds are counted separately.</summary>
public enum HoldState : byte
{
    /// <summary>Units held, awaiting payment.</summary>
    Live,

    /// <summary>Units sold.</summary>
    Sold,

    /// <summary>Released unpaid at the deadline.</summary>
    Expired,

    /// <summary>Released on request.</summary>
    Cancelled,

    /// <summary>Refunded after it was shipped. Its units are with the buyer and stay sold.</summary>
    Gone,

    /// <summary>Given back by its buyer, and sold to the next in line.</summary>
    Returned,
}

/// <summary>An order in a batch's state: a live view of its row.</summary>
public sealed class Order
{
    private readonly OrderRows _rows;

    internal Order(OrderRows rows, int place) => (_rows, Place) = (rows, place);

    /// <summary>Sequence of its held entry: its name within the batch.</summary>
    public long Seq => Row.Seq;

    /// <summary>The owner.</summary>
    public Alias Buyer => Row.Buyer;

    /// <summary>Unit numbers, ascending. Do not write to the array.</summary>
    public int[] Units => _rows.DetailsOf(Place)?.Units ?? [Row.Unit];

    /// <summary>The number of units.</summary>
    public int Quantity => _rows.DetailsOf(Place)?.Units?.Length ?? 1;

    /// <summary>When the hold was made, or made again, ms.</summary>
    public long HeldAt => Row.PayBy - Row.WindowMilliseconds;

    /// <summary>The deadline that the buyer sees, ms.</summary>
    public long PayBy => Row.PayBy;

    /// <summary>The client's key; null: none.</summary>
    public KeyHash? Key => Row.HasKey ? Row.Key : null;

    /// <summary>The same buyer's order before this one.</summary>
    public Order? Previous => _rows.DetailsOf(Place)?.Previous is >= 0 and var place ? _rows[place] : null;

    /// <summary>The state of its hold.</summary>
    public HoldState Hold
    {
        get => Row.Hold;
        internal set => Row.Hold = value;
    }

    /// <summary>The number of captured payments that are owed back and not refunded yet.</summary>
    public int Owed
    {
        get => _rows.DetailsOf(Place)?.Owed ?? 0;
        internal set => _rows.MoreOf(Place).Owed = value;
    }

    /// <summary>The number of captured payments that were refunded.</summary>
    public int Returned => _rows.DetailsOf(Place)?.Returned ?? 0;

    /// <summary>When the last of them had gone back, ms; 0: none has.</summary>
    public long RefundedAt => _rows.DetailsOf(Place)?.RefundedAt ?? 0;

    /// <summary>The number of checkouts that were opened for it.</summary>
    public int Checkouts
    {
        get => _rows.DetailsOf(Place)?.Checkouts ?? 0;
        internal set => _rows.MoreOf(Place).Checkouts = value;
    }

    /// <summary>The provider's checkout that was opened last; null: none.</summary>
    public string? Checkout
    {
        get => _rows.DetailsOf(Place)?.Checkout;
        internal set => _rows.MoreOf(Place).Checkout = value;
    }

    /// <summary>The provider of that checkout; null: none.</summary>
    public string? CheckoutProvider
    {
        get => _rows.DetailsOf(Place)?.CheckoutProvider;
        internal set => _rows.MoreOf(Place).CheckoutProvider = value;
    }

    /// <summary>The payment it was sold for; null: never sold. Stays after a cancellation.</summary>
    public PaymentId? Payment => _rows.DetailsOf(Place)?.Payment;

    /// <summary>When it was sold, ms; 0: never.</summary>
    public long PaidAt => _rows.DetailsOf(Place)?.PaidAt ?? 0;

    /// <summary>Who cancelled it and why; null: it was not cancelled.</summary>
    public Cancellation? Cancelled
    {
        get => _rows.DetailsOf(Place)?.Cancelled;
        internal set => _rows.MoreOf(Place).Cancelled = value;
    }

    /// <summary>The last shipment; null: it was not shipped.</summary>
    public Shipment? Shipment
    {
        get => _rows.DetailsOf(Place)?.Shipment;
        internal set => _rows.MoreOf(Place).Shipment = value;
    }

    /// <summary>How often an operator has revived it.</summary>
    public int Revivals => _rows.DetailsOf(Place)?.Revivals ?? 0;

    /// <summary>Whether it was paid after its units had been released, so that it got others.</summary>
    public bool IsLate => _rows.DetailsOf(Place)?.IsLate ?? false;

    /// <summary>Whether it has units: awaiting payment or paid.</summary>
    public bool IsLive => Hold is HoldState.Live or HoldState.Sold;

    internal int Place { get; }

    /// <summary>Sells its units for a payment.</summary>
    internal void Pay(PaymentId payment, long at)
    {
        var details = _rows.MoreOf(Place);
        (Row.Hold, details.Payment, details.PaidAt) = (HoldState.Sold, payment, at);
    }

    /// <summary>Counts a payment that has gone back.</summary>
    internal void CountReturned(long at)
    {
        var details = _rows.MoreOf(Place);
        details.Returned++;
        details.RefundedAt = at;
    }

    /// <summary>Gives it these units after its own were released.</summary>
    internal void HoldAgain(int[] units)
    {
        var details = _rows.MoreOf(Place);
        details.IsLate = true;
        if (units.Length == 1) Row.Unit = units[0];
        else details.Units = units;
    }

    /// <summary>
    /// Gives it these units and a new deadline. It keeps the checkout: a payment may have come to it unnoticed.
    /// </summary>
    /// <param name="units">As many as it had.</param>
    /// <param name="at">Instant, ms.</param>
    /// <param name="payBy">The deadline that the buyer sees, ms.</param>
    internal void Revive(int[] units, long at, long payBy)
    {
        var details = _rows.MoreOf(Place);
        details.Revivals++;
        (Row.Hold, Row.IsRevived, Row.PayBy) = (HoldState.Live, true, payBy);
        Row.WindowMilliseconds = (int)(payBy - at);
        if (details.Units is null) Row.Unit = units[0];
        else details.Units = units;
    }

    private ref OrderRows.Row Row => ref _rows.At(Place);
}

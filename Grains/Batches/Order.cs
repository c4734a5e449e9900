using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

/// <summary>How an order's hold stands; what is owed for it is counted beside.</summary>
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
}

/// <summary>
/// An order in a batch's state. Kept small: a batch has one for every unit it ever held, and the most of them by far are the
/// first of their user, of one unit, not paid for yet. What they do not have stands apart.
/// </summary>
public sealed class Order
{
    private readonly int _unit;
    private Rest? _rest;

    internal Order(long seq, Held held, Order? previous)
    {
        (Seq, User, PayBy, Reservation, Key) = (seq, held.User, held.PayBy, held.Reservation, held.Key);
        if (held.Units.Length == 1) _unit = held.Units[0];
        else More.Units = held.Units;
        if (previous is not null) More.Previous = previous;
    }

    /// <summary>Sequence of its held entry: its name within the batch.</summary>
    public long Seq { get; }

    /// <summary>The owner.</summary>
    public string User { get; }

    /// <summary>Unit numbers, ascending. Not to be written to.</summary>
    public int[] Units => _rest?.Units ?? [_unit];

    /// <summary>How many units.</summary>
    public int Quantity => _rest?.Units?.Length ?? 1;

    /// <summary>The deadline shown, ms; the hold was made the batch's payment window earlier.</summary>
    public long PayBy { get; }

    /// <summary>Version of the reservation that entitled to it.</summary>
    public long Reservation { get; }

    /// <summary>The client's key; null: none.</summary>
    public string? Key { get; }

    /// <summary>The same user's order before this one.</summary>
    public Order? Previous => _rest?.Previous;

    /// <summary>How its hold stands.</summary>
    public HoldState Hold { get; internal set; }

    /// <summary>Captured payments that are owed back and not made yet.</summary>
    public int Owed
    {
        get => _rest?.Owed ?? 0;
        internal set => More.Owed = value;
    }

    /// <summary>Captured payments that were paid back.</summary>
    public int Returned
    {
        get => _rest?.Returned ?? 0;
        internal set => More.Returned = value;
    }

    /// <summary>The provider's checkout; null: none opened.</summary>
    public string? Checkout
    {
        get => _rest?.Checkout;
        internal set => More.Checkout = value;
    }

    /// <summary>The payment it was sold for; null: never sold. Stays after a cancellation.</summary>
    public string? Payment
    {
        get => _rest?.Payment;
        internal set => More.Payment = value;
    }

    /// <summary>Whether it has units: awaiting payment or paid.</summary>
    public bool IsLive => Hold is HoldState.Live or HoldState.Sold;

    private Rest More => _rest ??= new Rest();

    private sealed class Rest
    {
        public int[]? Units;
        public Order? Previous;
        public string? Checkout;
        public string? Payment;
        public int Owed;
        public int Returned;
    }
}

/// <summary>A captured payment in a batch's state.</summary>
public sealed class Payment
{
    internal Payment(string id, long order, GrainInterfaces.Orders.Money amount) => (Id, Order, Amount) = (id, order, amount);

    /// <summary>The provider's payment id.</summary>
    public string Id { get; }

    /// <summary>Sequence of the order it was made for.</summary>
    public long Order { get; }

    /// <summary>What was captured.</summary>
    public GrainInterfaces.Orders.Money Amount { get; }

    /// <summary>Where the money is.</summary>
    public PaymentState State { get; internal set; }

    /// <summary>The provider's refund, once made.</summary>
    public string? Refund { get; internal set; }
}

/// <summary>Where a captured payment stands: it ends as <see cref="Kept"/> or <see cref="PaidBack"/>.</summary>
public enum PaymentState : byte
{
    /// <summary>It pays for its order.</summary>
    Kept,

    /// <summary>It is owed back.</summary>
    Owed,

    /// <summary>It was paid back.</summary>
    PaidBack,
}

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

/// <summary>An order in a batch's state. Kept small: a batch has one for every unit it ever held.</summary>
public sealed class Order
{
    private readonly int _unit;
    private readonly int[]? _units;

    internal Order(long seq, Held held, Order? previous)
    {
        (Seq, User, PayBy, Reservation, Key, Previous) = (seq, held.User, held.PayBy, held.Reservation, held.Key, previous);
        var units = held.Units;
        if (units.Length == 1) _unit = units[0];
        else _units = units;
    }

    /// <summary>Sequence of its held entry: its name within the batch.</summary>
    public long Seq { get; }

    /// <summary>The owner.</summary>
    public string User { get; }

    /// <summary>Unit numbers, ascending. Not to be written to.</summary>
    public int[] Units => _units ?? [_unit];

    /// <summary>How many units.</summary>
    public int Quantity => _units?.Length ?? 1;

    /// <summary>The deadline shown, ms; the hold was made the batch's payment window earlier.</summary>
    public long PayBy { get; }

    /// <summary>Version of the reservation that entitled to it.</summary>
    public long Reservation { get; }

    /// <summary>The client's key; null: none.</summary>
    public string? Key { get; }

    /// <summary>The same user's order before this one.</summary>
    public Order? Previous { get; }

    /// <summary>How its hold stands.</summary>
    public HoldState Hold { get; internal set; }

    /// <summary>Captured payments that are owed back and not made yet.</summary>
    public int Owed { get; internal set; }

    /// <summary>Captured payments that were paid back.</summary>
    public int Returned { get; internal set; }

    /// <summary>The provider's checkout; null: none opened.</summary>
    public string? Checkout { get; internal set; }

    /// <summary>The payment it was sold for; null: never sold. Stays after a cancellation.</summary>
    public string? Payment { get; internal set; }

    /// <summary>Whether it has units: awaiting payment or paid.</summary>
    public bool IsLive => Hold is HoldState.Live or HoldState.Sold;
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

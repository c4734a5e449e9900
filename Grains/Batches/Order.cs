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

/// <summary>An order in a batch's state: a look at its row in the book, as it is now.</summary>
public sealed class Order
{
    private readonly OrderBook _book;

    internal Order(OrderBook book, int place) => (_book, Place) = (book, place);

    /// <summary>Sequence of its held entry: its name within the batch.</summary>
    public long Seq => Row.Seq;

    /// <summary>The owner.</summary>
    public string User => _book.UserOf(Place);

    /// <summary>Unit numbers, ascending. Not to be written to.</summary>
    public int[] Units => _book.RestOf(Place)?.Units ?? [Row.Unit];

    /// <summary>How many units.</summary>
    public int Quantity => _book.RestOf(Place)?.Units?.Length ?? 1;

    /// <summary>The deadline shown, ms; the hold was made the batch's payment window earlier.</summary>
    public long PayBy => Row.PayBy;

    /// <summary>Version of the reservation that entitled to it.</summary>
    public long Reservation => Row.Reservation;

    /// <summary>The client's key; null: none.</summary>
    public string? Key => _book.KeyOf(Place);

    /// <summary>The same user's order before this one.</summary>
    public Order? Previous => _book.RestOf(Place)?.Previous is >= 0 and var place ? _book[place] : null;

    /// <summary>How its hold stands.</summary>
    public HoldState Hold
    {
        get => Row.Hold;
        internal set => Row.Hold = value;
    }

    /// <summary>Captured payments that are owed back and not made yet.</summary>
    public int Owed
    {
        get => _book.RestOf(Place)?.Owed ?? 0;
        internal set => _book.MoreOf(Place).Owed = value;
    }

    /// <summary>Captured payments that were paid back.</summary>
    public int Returned
    {
        get => _book.RestOf(Place)?.Returned ?? 0;
        internal set => _book.MoreOf(Place).Returned = value;
    }

    /// <summary>The provider's checkout; null: none opened.</summary>
    public string? Checkout
    {
        get => _book.RestOf(Place)?.Checkout;
        internal set => _book.MoreOf(Place).Checkout = value;
    }

    /// <summary>The payment it was sold for; null: never sold. Stays after a cancellation.</summary>
    public string? Payment
    {
        get => _book.RestOf(Place)?.Payment;
        internal set => _book.MoreOf(Place).Payment = value;
    }

    /// <summary>Whether it has units: awaiting payment or paid.</summary>
    public bool IsLive => Hold is HoldState.Live or HoldState.Sold;

    internal int Place { get; }

    private ref OrderBook.Row Row => ref _book.At(Place);
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

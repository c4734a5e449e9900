using System.Collections;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>All orders of a batch, by sequence. It only grows.</summary>
/// <remarks>
/// A batch has an order for every unit that was ever held. By far most of them are their buyer's first, have one unit,
/// and are not paid yet. They are rows, not objects: with one object for each order, the garbage collector promoted
/// them in pauses of 30 to 60 ms. Members that most orders lack are kept apart.
/// </remarks>
internal sealed class OrderRows : IReadOnlyList<Order>
{
    // 64 KiB of rows stay out of the large object heap, whose growth would trigger full collections.
    private const int ChunkBits = 10, RowsInChunk = 1 << ChunkBits, RowsAtFirst = 16;

    private readonly List<Row[]> _chunks = [new Row[RowsAtFirst]];
    private readonly List<Details> _details = [];

    /// <summary>The number of orders.</summary>
    public int Count { get; private set; }

    /// <summary>The order at a place, 0 to <see cref="Count"/> − 1. Valid as long as the book.</summary>
    public Order this[int place] =>
        place < Count ? new(this, place) : throw new ArgumentOutOfRangeException(nameof(place));

    /// <summary>Its row.</summary>
    public ref Row At(int place) => ref _chunks[place >> ChunkBits][place & (RowsInChunk - 1)];

    /// <summary>Adds an order, which is live.</summary>
    /// <param name="seq">Sequence of its held entry, higher than any before.</param>
    /// <param name="at">Instant of its held entry, ms.</param>
    /// <param name="held">The entry.</param>
    /// <param name="previous">The same buyer's order before this one; null: none.</param>
    public void Add(long seq, long at, Held held, Order? previous) =>
        Add(seq, at, held.Buyer, held.Units, held.PayBy, held.Key, previous);

    /// <summary>Adds an order, which is live.</summary>
    /// <param name="seq">Sequence of its first entry, higher than any before.</param>
    /// <param name="at">Instant of that entry, ms.</param>
    /// <param name="buyer">The owner.</param>
    /// <param name="units">Its units.</param>
    /// <param name="payBy">Its deadline, ms.</param>
    /// <param name="key">The client's key; null: none.</param>
    /// <param name="previous">The same buyer's order before this one; null: none.</param>
    public void Add(
        long seq, long at, Alias buyer, int[] units, long payBy, KeyHash? key, Order? previous)
    {
        var place = Count;
        if (place >> ChunkBits == _chunks.Count) _chunks.Add(new Row[RowsInChunk]);
        else if (place == _chunks[0].Length) GrowFirst();
        ref var row = ref At(place);
        (row.Seq, row.PayBy, row.Buyer) = (seq, payBy, buyer);
        row.WindowMilliseconds = (int)(payBy - at);
        (row.HasKey, row.Key) = (key is not null, key.GetValueOrDefault());
        Count++;
        if (units.Length == 1) row.Unit = units[0];
        else MoreOf(place).Units = units;
        if (previous is not null) MoreOf(place).Previous = previous.Place;
    }

    /// <summary>The members that most orders lack; null: this order has none.</summary>
    public Details? DetailsOf(int place) => At(place).Details is > 0 and var number ? _details[number - 1] : null;

    /// <summary>The same, created if there is none.</summary>
    public Details MoreOf(int place)
    {
        if (DetailsOf(place) is { } there) return there;
        var details = new Details();
        _details.Add(details);
        At(place).Details = _details.Count;
        return details;
    }

    /// <inheritdoc />
    public IEnumerator<Order> GetEnumerator()
    {
        for (var place = 0; place < Count; place++) yield return this[place];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Most batches are small, so the first chunk starts small and grows.
    private void GrowFirst()
    {
        var rows = _chunks[0];
        Array.Resize(ref rows, rows.Length * 2);
        _chunks[0] = rows;
    }

    /// <summary>
    /// The members that every order has: 64 bytes without references, which the garbage collector need not scan.
    /// </summary>
    internal struct Row
    {
        public long Seq, PayBy;
        public Alias Buyer;
        public KeyHash Key;

        /// <summary>From the hold to payBy.</summary>
        public int WindowMilliseconds;

        public int Unit;

        /// <summary>Its place among the details plus one; 0: none.</summary>
        public int Details;

        public bool HasKey;

        /// <summary>Whether it was revived, so that its deadline is out of order.</summary>
        public bool IsRevived;

        public HoldState Hold;
    }

    /// <summary>The members that most orders lack.</summary>
    internal sealed class Details
    {
        /// <summary>Its units if it has more than one.</summary>
        public int[]? Units;

        /// <summary>Place of the same buyer's order before this one; negative: none.</summary>
        public int Previous = -1;

        public string? Checkout, CheckoutProvider;
        public int Checkouts;
        public PaymentId? Payment;
        public int Owed;
        public int Returned;
        public Cancellation? Cancelled;
        public Shipment? Shipment;
        public int Revivals;
        public bool IsLate;

        /// <summary>When it was sold, and when the last of its payments had gone back, ms; 0: never.</summary>
        public long PaidAt, RefundedAt;
    }
}

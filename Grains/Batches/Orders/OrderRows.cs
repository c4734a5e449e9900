using System.Collections;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>All orders of a batch, by sequence. It only grows.</summary>
/// <remarks>
/// A batch has an order for every unit it ever held, and the most of them by far are the first of their buyer, of one
/// unit, not paid for yet. They are rows, not objects: with an object for each, the collector carried them from
/// generation to generation in pauses of 30 to 60 ms. What most orders lack stands apart.
/// </remarks>
internal sealed class OrderRows : IReadOnlyList<Order>
{
    // 64 KiB of rows: nothing for the heap of large objects, whose growth would call for full collections.
    private const int ChunkBits = 10, RowsInChunk = 1 << ChunkBits, RowsAtFirst = 16;

    private readonly List<Row[]> _chunks = [new Row[RowsAtFirst]];
    private readonly List<Details> _details = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The order at a place, 0 to <see cref="Count"/> − 1. Good as long as the book is.</summary>
    public Order this[int place] =>
        place < Count ? new(this, place) : throw new ArgumentOutOfRangeException(nameof(place));

    /// <summary>Its row.</summary>
    public ref Row At(int place) => ref _chunks[place >> ChunkBits][place & (RowsInChunk - 1)];

    /// <summary>Adds an order, which is live.</summary>
    /// <param name="seq">Sequence of its held entry, higher than any before.</param>
    /// <param name="at">Instant of its held entry, ms.</param>
    /// <param name="held">The entry.</param>
    /// <param name="previous">The same buyer's order before this one; null: none.</param>
    public void Add(long seq, long at, Held held, Order? previous)
    {
        var place = Count;
        if (place >> ChunkBits == _chunks.Count) _chunks.Add(new Row[RowsInChunk]);
        else if (place == _chunks[0].Length) GrowFirst();
        ref var row = ref At(place);
        (row.Seq, row.PayBy, row.Buyer) = (seq, held.PayBy, held.Buyer);
        row.WindowMilliseconds = (int)(held.PayBy - at);
        row.Reservation = (ushort)held.Reservation;
        (row.HasKey, row.Key) = (held.Key is not null, held.Key.GetValueOrDefault());
        Count++;
        if (held.Units.Length == 1) row.Unit = held.Units[0];
        else MoreOf(place).Units = held.Units;
        if (previous is not null) MoreOf(place).Previous = previous.Place;
    }

    /// <summary>What most orders lack; null: this one does.</summary>
    public Details? DetailsOf(int place) => At(place).Details is > 0 and var number ? _details[number - 1] : null;

    /// <summary>The same, made if there is none.</summary>
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

    // Most batches of a shop are small.
    private void GrowFirst()
    {
        var rows = _chunks[0];
        Array.Resize(ref rows, rows.Length * 2);
        _chunks[0] = rows;
    }

    /// <summary>
    /// What every order has: 64 bytes without references, in which the collector has nothing to look for.
    /// </summary>
    internal struct Row
    {
        public long Seq, PayBy;
        public Alias Buyer;
        public KeyHash Key;

        /// <summary>From the hold to payBy.</summary>
        public int WindowMilliseconds;

        public int Unit;

        /// <summary>One more than its place among the details; 0: it has none.</summary>
        public int Details;

        public ushort Reservation;
        public bool HasKey;
        public HoldState Hold;
    }

    /// <summary>What most orders lack.</summary>
    internal sealed class Details
    {
        /// <summary>Its units if they are not one.</summary>
        public int[]? Units;

        /// <summary>Place of the same buyer's order before this one; below 0: none.</summary>
        public int Previous = -1;

        public string? Checkout;
        public int Checkouts;
        public PaymentId? Payment;
        public int Owed;
        public int Returned;
        public Cancellation? Cancelled;
    }
}

using System.Collections;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>All orders of a batch, by sequence. It only grows.</summary>
/// <remarks>
/// A batch has an order for every unit it ever held, and the most of them by far are the first of their user, of one unit, not
/// paid for yet. They are rows, not objects: with an object for each and another for its user's name, the collector carried
/// them from generation to generation in pauses of 30 to 60 ms. What most orders lack stands apart.
/// </remarks>
internal sealed class OrderRows : IReadOnlyList<Order>
{
    // 56 KiB of rows: nothing for the heap of large objects, whose growth would call for full collections.
    private const int ChunkBits = 10, RowsInChunk = 1 << ChunkBits, RowsAtFirst = 16;

    private const ushort NoKey = ushort.MaxValue;

    private readonly List<Row[]> _chunks = [new Row[RowsAtFirst]];
    private readonly TextHeap _texts = new();
    private readonly List<Details> _details = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The order at a place, 0 to <see cref="Count"/> − 1. Good as long as the book is.</summary>
    public Order this[int place] => place < Count ? new(this, place) : throw new ArgumentOutOfRangeException(nameof(place));

    /// <summary>Its row.</summary>
    public ref Row At(int place) => ref _chunks[place >> ChunkBits][place & (RowsInChunk - 1)];

    /// <summary>Adds an order, which is live.</summary>
    /// <param name="seq">Sequence of its held entry, higher than any before.</param>
    /// <param name="held">The entry.</param>
    /// <param name="previous">The same user's order before this one; null: none.</param>
    public void Add(long seq, Held held, Order? previous)
    {
        var place = Count;
        if (place >> ChunkBits == _chunks.Count) _chunks.Add(new Row[RowsInChunk]);
        else if (place == _chunks[0].Length) GrowFirst();
        ref var row = ref At(place);
        (row.Seq, row.PayBy, row.Reservation) = (seq, held.PayBy, held.Reservation);
        (row.User, row.UserLength) = _texts.Add(held.User);
        (row.Key, row.KeyLength) = held.Key is null ? (0, NoKey) : _texts.Add(held.Key);
        Count++;
        if (held.Units.Length == 1) row.Unit = held.Units[0];
        else MoreOf(place).Units = held.Units;
        if (previous is not null) MoreOf(place).Previous = previous.Place;
    }

    /// <summary>Whether the order at a place is this user's.</summary>
    public bool IsOf(int place, string user) => _texts.Equals(At(place).User, At(place).UserLength, user);

    /// <summary>Whose it is.</summary>
    public string UserOf(int place) => _texts.Read(At(place).User, At(place).UserLength);

    /// <summary>Its client's key; null: none.</summary>
    public string? KeyOf(int place) => At(place).KeyLength is not NoKey and var length ? _texts.Read(At(place).Key, length) : null;

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

    /// <summary>What every order has. No references: the collector has nothing to look for in it.</summary>
    internal struct Row
    {
        public long Seq, PayBy, Reservation, User, Key;
        public int Unit;

        /// <summary>One more than its place among the details; 0: it has none.</summary>
        public int Details;

        public ushort UserLength, KeyLength;
        public HoldState Hold;
    }

    /// <summary>What most orders lack.</summary>
    internal sealed class Details
    {
        /// <summary>Its units if they are not one.</summary>
        public int[]? Units;

        /// <summary>Place of the same user's order before this one; below 0: none.</summary>
        public int Previous = -1;

        public string? Checkout;
        public string? Payment;
        public int Owed;
        public int Returned;
    }
}

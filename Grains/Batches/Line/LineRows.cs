using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Batches.Line;

/// <summary>All places of a line, by number. It only grows.</summary>
/// <remarks>
/// A line may have a million places. They are rows without references, which the garbage collector need not scan. Each
/// chunk counts its waiting places. So the number of those ahead of a place is the sum over the chunks before it, and
/// over the rows before it in its own.
/// </remarks>
internal sealed class LineRows
{
    private const int ChunkBits = 10, RowsInChunk = 1 << ChunkBits, RowsAtFirst = 16;

    private readonly List<Row[]> _chunks = [new Row[RowsAtFirst]];
    private readonly List<int> _waiting = [0];

    /// <summary>The number of places.</summary>
    public int Count { get; private set; }

    /// <summary>How many places wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>The row at an index, 0 to <see cref="Count"/> − 1: the place's number less one.</summary>
    public ref readonly Row At(int index) => ref Of(index);

    /// <summary>Adds a place, which waits.</summary>
    public void Add(in Row row)
    {
        var index = Count;
        if (index >> ChunkBits == _chunks.Count)
        {
            _chunks.Add(new Row[RowsInChunk]);
            _waiting.Add(0);
        }
        else if (index == _chunks[0].Length)
        {
            // Most lines are short, so the first chunk starts small and grows.
            var rows = _chunks[0];
            Array.Resize(ref rows, rows.Length * 2);
            _chunks[0] = rows;
        }
        Of(index) = row;
        Count++;
        CountWaiting(index, 1);
    }

    /// <summary>Moves a place to another state.</summary>
    public void Move(int index, PlaceState to)
    {
        ref var row = ref Of(index);
        CountWaiting(index, (to == PlaceState.Waiting ? 1 : 0) - (row.State == PlaceState.Waiting ? 1 : 0));
        row.State = to;
    }

    /// <summary>Records the order that an offer to a place made, and its number of units.</summary>
    public void TakeOffer(int index, long order, int units) =>
        (Of(index).Order, Of(index).Offered) = (order, (byte)units);

    /// <summary>Records that the buyer has declined a partial offer.</summary>
    public void TakeDecline(int index) => Of(index).HasDeclined = true;

    /// <summary>How many places wait before this one.</summary>
    public int WaitingBefore(int index)
    {
        var (chunk, ahead) = (index >> ChunkBits, 0);
        for (var before = 0; before < chunk; before++) ahead += _waiting[before];
        for (var i = chunk << ChunkBits; i < index; i++)
            if (Of(i).State == PlaceState.Waiting) ahead++;
        return ahead;
    }

    /// <summary>The first place from an index on that waits; negative: none.</summary>
    public int FirstWaitingFrom(int index)
    {
        for (var i = index; i < Count; i++)
        {
            // A chunk where nobody waits is passed over at its beginning.
            if ((i & (RowsInChunk - 1)) == 0 && _waiting[i >> ChunkBits] == 0) i += RowsInChunk - 1;
            else if (Of(i).State == PlaceState.Waiting) return i;
        }
        return -1;
    }

    private ref Row Of(int index) => ref _chunks[index >> ChunkBits][index & (RowsInChunk - 1)];

    private void CountWaiting(int index, int change) =>
        (_waiting[index >> ChunkBits], Waiting) = (_waiting[index >> ChunkBits] + change, Waiting + change);

    /// <summary>A place, in 64 bytes.</summary>
    internal struct Row
    {
        public Alias Buyer;
        public KeyHash Key;
        public long JoinedAt, Order, Reservation;

        /// <summary>Index of the same buyer's place before this one; negative: none.</summary>
        public int Previous;

        /// <summary>Units asked for, and units of the latest offer.</summary>
        public byte Quantity, Offered;

        public PlaceState State;
        private byte _flags;

        public bool HasKey
        {
            readonly get => (_flags & 1) != 0;
            set => _flags = (byte)(value ? _flags | 1 : _flags & ~1);
        }

        public bool HasDeclined
        {
            readonly get => (_flags & 2) != 0;
            set => _flags = (byte)(value ? _flags | 2 : _flags & ~2);
        }

        /// <summary>Whether the buyer may decline the latest offer, because it is a part, and wait again.</summary>
        public readonly bool MayWaitAgain => Offered < Quantity && !HasDeclined;
    }
}

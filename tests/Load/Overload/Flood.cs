using System.Diagnostics;
using HdrHistogram;
using OrleansSale.Tests.Load.Compare.Open;
using OrleansSale.Tests.Load.Compare.Stores;
using OrleansSale.Tests.Load.Sellout;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>What became of a purchase.</summary>
internal enum Fate : byte
{
    /// <summary>No answer came.</summary>
    Undecided,

    /// <summary>An order.</summary>
    Accepted,

    /// <summary>Told to come back: <c>overloaded</c>.</summary>
    Overloaded,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Paced purchases of which some may be refused as overloaded, which is their answer: nobody comes back.</summary>
internal sealed class Flood : IWireWork
{
    private readonly PacedPurchases _paced;
    private readonly Fate[] _fates;
    private readonly byte[] _retryAfter;
    private int _answered;

    /// <param name="requests">In the order of their starts.</param>
    /// <param name="perSecond">How many start in a second; infinite: all at once.</param>
    /// <param name="startsIn">When the first one starts, from now.</param>
    public Flood(byte[][] requests, double perSecond, TimeSpan startsIn = default)
    {
        _paced = new PacedPurchases(requests, perSecond, refuses: false, startsIn);
        _fates = new Fate[requests.Length];
        _retryAfter = new byte[requests.Length];
    }

    /// <inheritdoc/>
    public int Count => _paced.Count;

    /// <summary>Purchases answered so far.</summary>
    public int Settled => Volatile.Read(ref _answered);

    /// <summary>When the first one starts, in Stopwatch ticks.</summary>
    public long Start => DueAt(0);

    /// <summary>When the one after the last would start, in Stopwatch ticks.</summary>
    public long End => DueAt(Count);

    /// <summary>The refusals that are not <see cref="Fate.Overloaded"/>, by code.</summary>
    public RefusalCounts Others { get; } = new();

    /// <summary>Why the last one without an answer got none.</summary>
    public string? LastFailure { get; private set; }

    /// <inheritdoc/>
    public long DueAt(int index) => _paced.DueAt(index);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Request(int index) => _paced.Request(index);

    /// <inheritdoc/>
    public TimeSpan? Answered(int index, WireAnswer answer)
    {
        _fates[index] = FateOf(answer);
        _retryAfter[index] = (byte)Math.Min(answer.RetryAfterSeconds, byte.MaxValue);
        if (_fates[index] == Fate.Other) Others.Add(answer);
        Interlocked.Increment(ref _answered);
        return _paced.Answered(index, answer);
    }

    /// <inheritdoc/>
    public TimeSpan? Failed(int index, string why)
    {
        LastFailure = why;
        return null;
    }

    /// <summary>What became of one.</summary>
    public Fate FateOf(int index) => _fates[index];

    /// <summary>How many had this fate.</summary>
    public int CountOf(Fate fate) => _fates.Count(one => one == fate);

    /// <summary>From the intended start of one to its answer; null if none came.</summary>
    public TimeSpan? LatencyOf(int index) => _paced.LatencyOf(index);

    /// <summary>Latencies in µs from the intended start, of those that had this fate.</summary>
    public LongHistogram Latencies(Fate fate) => LatencyHistogram.Of(Indices(fate).Select(_paced.LatencyOf));

    /// <summary>The Retry-After of those told to come back, in seconds (0: it had none), and how many were told each.</summary>
    public SortedDictionary<int, int> RetryAfter() => new(
        Indices(Fate.Overloaded).GroupBy(index => (int)_retryAfter[index]).ToDictionary(group => group.Key, group => group.Count()));

    /// <summary>Orders told in a second between two moments, in Stopwatch ticks.</summary>
    public double AcceptedPerSecond(long from, long to) =>
        Indices(Fate.Accepted).Count(index => _paced.AnsweredAt(index) is var at && at >= from && at < to)
        / Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    /// <summary>The moment of the last answer, in Stopwatch ticks.</summary>
    public long LastAnswer() => Enumerable.Range(0, Count).Max(_paced.AnsweredAt);

    /// <summary>The orders told.</summary>
    public IReadOnlyList<StoredOrder> Orders() => _paced.Orders();

    private IEnumerable<int> Indices(Fate fate) => Enumerable.Range(0, Count).Where(index => _fates[index] == fate);

    private static Fate FateOf(WireAnswer answer) => answer.Status switch
    {
        201 => Fate.Accepted,
        503 when answer.TextAfter("\"code\":\""u8).SequenceEqual("overloaded"u8) => Fate.Overloaded,
        _ => Fate.Other,
    };
}

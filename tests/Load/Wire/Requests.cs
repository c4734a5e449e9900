using System.Diagnostics;
using System.Text;
using HdrHistogram;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>What became of a request.</summary>
internal enum Fate : byte
{
    /// <summary>No answer came.</summary>
    Undecided,

    /// <summary>201: it was done.</summary>
    Made,

    /// <summary>200: it had been done before. A reply to a post is answered so the first time too.</summary>
    Repeated,
    SoldOut,

    /// <summary>Told to come back.</summary>
    Overloaded,

    /// <summary>Any other refusal.</summary>
    Other,
}

/// <summary>
/// Requests that start at fixed intervals, whatever became of the ones before. Latency counts from the intended start
/// to the answer that settles the request, repeats included. What is told of each is kept for the audit.
/// </summary>
internal sealed class Requests : IWireWork
{
    /// <summary>A longer Retry-After is cut to this.</summary>
    public const int MaxRetryAfterSeconds = 10;

    /// <summary>Room for an order of one unit, a reservation or the answer to a reply.</summary>
    private const int MaxBodyBytes = 512;

    /// <summary>Latencies of requests due this early do not count: connections open, and the batch is fresh.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Until the client's loop is under way.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(50);

    private readonly byte[][] _requests;
    private readonly double _ticksBetween;
    private readonly Fate[] _fates;
    private readonly long[] _answeredAt;
    private readonly byte[] _tries, _retryAfter, _bodies;
    private readonly int[] _bodyLengths;

    /// <param name="requests">In the order of their starts.</param>
    /// <param name="perSecond">How many start in a second; infinite: all at once.</param>
    public Requests(byte[][] requests, double perSecond = double.PositiveInfinity)
    {
        (_requests, _ticksBetween) = (requests, Stopwatch.Frequency / perSecond);
        (_fates, _answeredAt, _tries, _retryAfter) =
            (new Fate[Count], new long[Count], new byte[Count], new byte[Count]);
        // All at once, so that no collection stands between a request and its time.
        (_bodies, _bodyLengths) = (new byte[(long)Count * MaxBodyBytes], new int[Count]);
        StartsIn = TimeSpan.Zero;
    }

    public int Count => _requests.Length;

    /// <summary>When the first one starts, in Stopwatch ticks. Default: at once.</summary>
    public long Start { get; init; }

    /// <summary>When the first one starts, from now.</summary>
    public TimeSpan StartsIn
    {
        init => Start = Stopwatch.GetTimestamp() + (long)((Lead + value).TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>How often one is sent at most, after a Retry-After or without an answer.</summary>
    public int MaxTries { get; init; } = 1;

    /// <summary>What each is meant to become.</summary>
    public Fate Expected { get; init; } = Fate.Made;

    /// <summary>When the one after the last would start, in Stopwatch ticks.</summary>
    public long End => DueAt(Count);

    /// <summary>Requests answered for good.</summary>
    public int Settled { get; private set; }

    /// <summary>Requests done, now or before.</summary>
    public int Successes { get; private set; }

    /// <summary>How often a request was sent again.</summary>
    public long Repeats { get; private set; }

    /// <summary>What was refused in the end, by code; by status if it had none.</summary>
    public SortedDictionary<string, int> Refusals { get; } = new(StringComparer.Ordinal);

    /// <summary>The status of the last answer; 0 before the first.</summary>
    public int LastStatus { get; private set; }

    /// <summary>Why the last one without an answer got none.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>The first answer that is not what was expected, or why one did not come; null if all are.</summary>
    public string? Unexpected { get; private set; }

    /// <summary>Answers that are what was expected.</summary>
    public int Good => CountOf(Expected);

    /// <summary>Those a second, from the first intended start to the last answer.</summary>
    public double PerSecond =>
        Good / Math.Max(Stopwatch.GetElapsedTime(Start, LastAnswer()).TotalSeconds, double.Epsilon);

    public long DueAt(int index) => Start + (long)(index * _ticksBetween);

    public ReadOnlyMemory<byte> Request(int index) => _requests[index];

    public TimeSpan? Answered(int index, WireAnswer answer)
    {
        LastStatus = answer.Status;
        if (answer.Status == 503 && MayRepeat(index))
            return TimeSpan.FromSeconds(Math.Clamp(answer.RetryAfterSeconds, 1, MaxRetryAfterSeconds));
        var fate = FateOf(answer);
        _answeredAt[index] = Stopwatch.GetTimestamp();
        (_fates[index], _retryAfter[index]) = (fate, (byte)Math.Min(answer.RetryAfterSeconds, byte.MaxValue));
        if (fate != Expected) Unexpected ??= $"{answer.Status} {Encoding.UTF8.GetString(answer.Body)}";
        if (fate is Fate.Made or Fate.Repeated)
        {
            Keep(index, answer.Body);
            Successes++;
        }
        else
        {
            var code = answer.Code.IsEmpty ? $"http-{answer.Status}" : Encoding.UTF8.GetString(answer.Code);
            Refusals[code] = Refusals.GetValueOrDefault(code) + 1;
        }

        Settled++;
        return null;
    }

    public TimeSpan? Failed(int index, string why)
    {
        LastFailure = why;
        if (MayRepeat(index)) return RepeatAfter;
        Unexpected ??= why;
        return null;
    }

    public Fate FateOf(int index) => _fates[index];

    public int CountOf(Fate fate) => _fates.Count(one => one == fate);

    /// <summary>What was told of one that was done, as JSON; null if it was not.</summary>
    public ReadOnlyMemory<byte>? BodyOf(int index) => _bodyLengths[index] == 0
        ? (ReadOnlyMemory<byte>?)null
        : _bodies.AsMemory(index * MaxBodyBytes, _bodyLengths[index]);

    /// <summary>What was told of all that were done.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Bodies() =>
        Enumerable.Range(0, Count).Select(BodyOf).OfType<ReadOnlyMemory<byte>>();

    /// <summary>From the intended start of one to its answer; null if none came.</summary>
    public TimeSpan? LatencyOf(int index) => Since(DueAt(index), index);

    /// <summary>From the start of the first one to the answer of this one; null if none came.</summary>
    public TimeSpan? SinceStart(int index) => Since(Start, index);

    /// <summary>The moment of the last answer, in Stopwatch ticks.</summary>
    public long LastAnswer() => _answeredAt.Max();

    /// <summary>How many were done in a second between two moments, in Stopwatch ticks.</summary>
    public double MadePerSecond(long from, long to) =>
        Enumerable.Range(0, Count)
            .Count(index => _fates[index] == Fate.Made && _answeredAt[index] >= from && _answeredAt[index] < to)
        / Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    /// <summary>Latencies in µs of those chosen, by index.</summary>
    public LongHistogram Latencies(Func<int, bool> isChosen) =>
        LatencyHistogram.Of(Enumerable.Range(0, Count).Where(isChosen).Select(LatencyOf));

    public LongHistogram Latencies(Fate fate) => Latencies(index => _fates[index] == fate);

    /// <summary>Latencies in µs, without those of the settling time.</summary>
    public LongHistogram SettledLatencies() =>
        Latencies(index => Stopwatch.GetElapsedTime(Start, DueAt(index)) >= Settling);

    /// <summary>How many were told to come back after how many seconds; 0: they were not told after how many.</summary>
    public SortedDictionary<int, int> RetryAfter() => new(
        Enumerable.Range(0, Count).Where(index => _fates[index] == Fate.Overloaded)
            .CountBy(index => (int)_retryAfter[index]).ToDictionary());

    private TimeSpan? Since(long moment, int index) =>
        _answeredAt[index] == 0 ? null : Stopwatch.GetElapsedTime(moment, _answeredAt[index]);

    private bool MayRepeat(int index)
    {
        if (++_tries[index] >= MaxTries) return false;
        Repeats++;
        return true;
    }

    private void Keep(int index, ReadOnlySpan<byte> body)
    {
        if (body.Length > MaxBodyBytes) throw new WireException($"an answer is longer than {MaxBodyBytes} bytes");
        body.CopyTo(_bodies.AsSpan(index * MaxBodyBytes));
        _bodyLengths[index] = body.Length;
    }

    private static Fate FateOf(WireAnswer answer) => answer.Status switch
    {
        201 => Fate.Made,
        // A reply to a post that could not buy is answered with 200 and a code.
        200 when answer.Code.IsEmpty => Fate.Repeated,
        200 or 409 when answer.Code.SequenceEqual("sold-out"u8) => Fate.SoldOut,
        503 when answer.Code.SequenceEqual("overloaded"u8) => Fate.Overloaded,
        _ => Fate.Other,
    };
}

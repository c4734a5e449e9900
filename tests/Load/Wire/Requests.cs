using System.Text;

namespace OrleansSale.Tests.Load.Wire;

internal enum Fate : byte
{
    Undecided,

    /// <summary>201 or 204: it was done.</summary>
    Made,

    /// <summary>200: it had been done before. A reply to a post is answered so the first time too.</summary>
    Repeated,
    SoldOut,

    Overloaded,

    Other,
}

/// <summary>
/// Requests that start at fixed intervals, whatever became of the ones before. Latency counts from the intended start
/// to the answer that settles the request, repeats included. What is told of each is kept for the audit.
/// </summary>
internal sealed class Requests
{
    /// <summary>A longer Retry-After is cut to this.</summary>
    private const int MaxRetryAfterSeconds = 10;

    /// <summary>Room for an order of one unit, a reservation or the answer to a reply.</summary>
    private const int MaxBodyBytes = 512;

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Until the client's loop is under way.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(50);

    private readonly byte[][] _requests;
    private readonly double _ticksBetween;
    private readonly Outcome[] _outcomes;

    /// <summary>All bodies at once, so that no collection stands between a request and its time.</summary>
    private readonly byte[] _bodies;

    /// <param name="requests">In the order of their starts.</param>
    /// <param name="perSecond">How many start in a second; infinite: all at once.</param>
    /// <param name="keepsBodies">Whether what is told is kept.</param>
    public Requests(byte[][] requests, double perSecond = double.PositiveInfinity, bool keepsBodies = true)
    {
        (_requests, _ticksBetween) = (requests, Stopwatch.Frequency / perSecond);
        (_outcomes, _bodies) = (new Outcome[Count], new byte[keepsBodies ? (long)Count * MaxBodyBytes : 0]);
        StartsIn = TimeSpan.Zero;
    }

    public int Count => _requests.Length;

    /// <summary>When the first one starts, in Stopwatch ticks. Default: at once.</summary>
    public long Start { get; init; }

    /// <summary>When the first one starts, from now.</summary>
    public TimeSpan StartsIn
    {
        init => Start = TicksOf(DateTimeOffset.UtcNow + Lead + value);
    }

    /// <summary>How often one is sent at most, after a Retry-After or without an answer.</summary>
    public int MaxTries { get; init; } = 1;

    public Fate Expected { get; init; } = Fate.Made;

    /// <summary>
    /// Whether latency counts from the sending: in a closed loop the next request of a connection is due when the one
    /// before is answered.
    /// </summary>
    public bool CountsFromSending { get; init; }

    /// <summary>When the one after the last would start, in Stopwatch ticks.</summary>
    public long End => DueAt(Count);

    public long Repeats { get; private set; }

    /// <summary>What was refused in the end, by code; by status if it had none.</summary>
    public SortedDictionary<string, int> Refusals { get; } = new(StringComparer.Ordinal);

    /// <summary>The status of the last answer; 0 before the first.</summary>
    public int LastStatus { get; private set; }

    /// <summary>Why the last one without an answer got none.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>The first answer that is not what was expected, or why one did not come; null if all are.</summary>
    public string? Unexpected { get; private set; }

    public int Good => CountOf(Expected);

    /// <summary>Those a second, from the first intended start to the last answer.</summary>
    public double PerSecond => Good / Math.Max(
        Stopwatch.GetElapsedTime(Start, _outcomes.Max(one => one.AnsweredAt)).TotalSeconds, double.Epsilon);

    public static long TicksOf(DateTimeOffset instant) =>
        Stopwatch.GetTimestamp() + (long)((instant - DateTimeOffset.UtcNow).TotalSeconds * Stopwatch.Frequency);

    public long DueAt(int index) => Start + (long)(index * _ticksBetween);

    /// <summary>The request of that index, which is sent now.</summary>
    public ReadOnlyMemory<byte> Send(int index)
    {
        _outcomes[index].SentAt = Stopwatch.GetTimestamp();
        return _requests[index];
    }

    /// <summary>An answer came. Null if the request is done; else after how long to send it again.</summary>
    public TimeSpan? Answered(int index, WireAnswer answer)
    {
        LastStatus = answer.Status;
        if (answer.Status == 503 && MayRepeat(index))
            return TimeSpan.FromSeconds(Math.Clamp(answer.RetryAfterSeconds, 1, MaxRetryAfterSeconds));
        ref var outcome = ref _outcomes[index];
        (outcome.Fate, outcome.AnsweredAt) = (FateOf(answer), Stopwatch.GetTimestamp());
        outcome.RetryAfter = (byte)Math.Min(answer.RetryAfterSeconds, byte.MaxValue);
        if (outcome.Fate != Expected) Unexpected ??= $"{answer.Status} {Encoding.UTF8.GetString(answer.Body)}";
        if (outcome.Fate is Fate.Made or Fate.Repeated)
        {
            if (_bodies.Length == 0) return null;
            answer.Body.CopyTo(_bodies.AsSpan(index * MaxBodyBytes, MaxBodyBytes));
            outcome.BodyBytes = answer.Body.Length;
        }
        else
        {
            var code = answer.Code.IsEmpty ? $"http-{answer.Status}" : Encoding.UTF8.GetString(answer.Code);
            Refusals[code] = Refusals.GetValueOrDefault(code) + 1;
        }

        return null;
    }

    /// <summary>No answer came. Null if the request is given up; else after how long to send it again.</summary>
    public TimeSpan? Failed(int index, string why)
    {
        LastFailure = why;
        if (MayRepeat(index)) return RepeatAfter;
        Unexpected ??= why;
        return null;
    }

    public Fate FateOf(int index) => _outcomes[index].Fate;

    public int CountOf(Fate fate) => _outcomes.Count(one => one.Fate == fate);

    /// <summary>What was told of one that was done, as JSON; null if it was not.</summary>
    public ReadOnlyMemory<byte>? BodyOf(int index) => _outcomes[index].BodyBytes is > 0 and var bytes
        ? _bodies.AsMemory(index * MaxBodyBytes, bytes)
        : (ReadOnlyMemory<byte>?)null;

    /// <summary>What was told of all that were done.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Bodies() =>
        Enumerable.Range(0, Count).Select(BodyOf).OfType<ReadOnlyMemory<byte>>();

    /// <summary>From the intended start of one, or its sending, to its answer; null if none came.</summary>
    public TimeSpan? LatencyOf(int index) => Since(CountsFromSending ? _outcomes[index].SentAt : DueAt(index), index);

    /// <summary>From the start of the first one to the last answer of those chosen, in s; 0 if none came.</summary>
    public double SecondsToLast(Func<int, bool> isChosen) =>
        Enumerable.Range(0, Count).Where(isChosen).Max(index => Since(Start, index))?.TotalSeconds ?? 0;

    /// <summary>How many were done in a second while they started.</summary>
    public double MadePerSecondMeanwhile() =>
        _outcomes.Count(one => one.Fate == Fate.Made && one.AnsweredAt >= Start && one.AnsweredAt < End)
        / Stopwatch.GetElapsedTime(Start, End).TotalSeconds;

    /// <summary>Latencies of those chosen, by index, as far as they were answered.</summary>
    public LatencyRow Latencies(Func<int, bool> isChosen) =>
        LatencyRow.Of(Enumerable.Range(0, Count).Where(isChosen).Select(LatencyOf).OfType<TimeSpan>());

    public LatencyRow Latencies(Fate fate) => Latencies(index => FateOf(index) == fate);

    /// <summary>How many were told to come back after how many seconds; 0: they were not told after how many.</summary>
    public SortedDictionary<int, int> RetryAfter() => new(
        _outcomes.Where(one => one.Fate == Fate.Overloaded).CountBy(one => (int)one.RetryAfter).ToDictionary());

    private TimeSpan? Since(long moment, int index) => _outcomes[index].AnsweredAt is not 0 and var at
        ? Stopwatch.GetElapsedTime(moment, at)
        : null;

    private bool MayRepeat(int index)
    {
        if (++_outcomes[index].Tries >= MaxTries) return false;
        Repeats++;
        return true;
    }

    private static Fate FateOf(WireAnswer answer) => answer.Status switch
    {
        201 or 204 => Fate.Made,
        // A reply to a post that could not buy is answered with 200 and a code.
        200 when answer.Code.IsEmpty => Fate.Repeated,
        200 or 409 when answer.Code.SequenceEqual("sold-out"u8) => Fate.SoldOut,
        503 when answer.Code.SequenceEqual("overloaded"u8) => Fate.Overloaded,
        _ => Fate.Other,
    };

    private struct Outcome
    {
        public long SentAt, AnsweredAt;
        public int BodyBytes;
        public Fate Fate;
        public byte Tries, RetryAfter;
    }
}

/// <summary>Latencies in milliseconds; all 0 if there were none.</summary>
internal sealed record LatencyRow(int Count, double P50, double P99, double P999, double Max)
{
    public static LatencyRow Of(IEnumerable<TimeSpan> latencies)
    {
        double[] sorted = [.. latencies.Select(latency => latency.TotalMilliseconds).Order()];
        return new LatencyRow(sorted.Length, At(0.5), At(0.99), At(0.999), At(1));

        // The least that is no shorter than this share of them.
        double At(double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}

using System.Diagnostics;
using System.Text.Json;
using HdrHistogram;
using OrleansSale.Tests.Load.Compare.Stores;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare.Open;

/// <summary>
/// Purchases that start at fixed intervals, whatever became of the ones before. Latency counts from the intended start. Every
/// answer is looked at, and every order told is kept for the audit.
/// </summary>
internal sealed class PacedPurchases : IWireWork
{
    /// <summary>Latencies of requests due this early are dropped: connections open, and nobody has asked for this batch yet.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(0.5);

    /// <summary>Room for an order of one unit: one is about 250 bytes long.</summary>
    private const int LongestOrderBytes = 512;

    /// <summary>Until the connections' loops are under way.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(50);

    private readonly byte[][] _requests;
    private readonly bool _refuses;
    private readonly long _start;
    private readonly double _ticksBetween;
    private readonly long[] _answeredAt;
    private readonly byte[] _bodies;
    private readonly int[] _bodyLengths;
    private int _good;

    /// <param name="requests">In the order of their starts.</param>
    /// <param name="perSecond">How many start in a second; infinite: all at once.</param>
    /// <param name="refuses">Whether each must be refused as sold out; else each must be answered with an order.</param>
    /// <param name="startsIn">When the first one starts, from now; at once by default.</param>
    public PacedPurchases(byte[][] requests, double perSecond, bool refuses, TimeSpan startsIn = default)
    {
        (_requests, _refuses) = (requests, refuses);
        _answeredAt = new long[requests.Length];
        // All at once, so that no collection stands between a request and its time.
        _bodies = refuses ? [] : new byte[(long)requests.Length * LongestOrderBytes];
        _bodyLengths = new int[requests.Length];
        _ticksBetween = Stopwatch.Frequency / perSecond;
        _start = Stopwatch.GetTimestamp() + (long)((Lead + startsIn).TotalSeconds * Stopwatch.Frequency);
    }

    /// <inheritdoc/>
    public int Count => _requests.Length;

    /// <summary>Answers that are what they must be.</summary>
    public int Good => Volatile.Read(ref _good);

    /// <summary>Requests without an answer.</summary>
    public int Lost => _answeredAt.Count(at => at == 0);

    /// <summary>An answer that is not what it must be, or why one did not come; null if all are.</summary>
    public string? Unexpected { get; private set; }

    /// <summary>Good answers a second, from the first intended start to the last answer.</summary>
    public double PerSecond => Good / Math.Max(Stopwatch.GetElapsedTime(_start, _answeredAt.Max()).TotalSeconds, double.Epsilon);

    /// <inheritdoc/>
    public long DueAt(int index) => _start + (long)(index * _ticksBetween);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Request(int index) => _requests[index];

    /// <inheritdoc/>
    public TimeSpan? Answered(int index, WireAnswer answer)
    {
        _answeredAt[index] = Stopwatch.GetTimestamp();
        var isGood = _refuses
            ? answer.Status == 409 && answer.TextAfter("\"code\":\""u8).SequenceEqual("sold-out"u8)
            : answer.Status == 201;
        if (isGood) Interlocked.Increment(ref _good);
        else Unexpected ??= $"{answer.Status} {System.Text.Encoding.UTF8.GetString(answer.Body)}";
        if (!_refuses && isGood) Keep(index, answer.Body);
        return null;
    }

    /// <inheritdoc/>
    public TimeSpan? Failed(int index, string why)
    {
        Unexpected ??= why;
        return null;
    }

    /// <summary>From the intended start of a request to its answer; null if none came.</summary>
    public TimeSpan? LatencyOf(int index) =>
        _answeredAt[index] == 0 ? null : Stopwatch.GetElapsedTime(DueAt(index), _answeredAt[index]);

    /// <summary>When a request was answered, in Stopwatch ticks; 0 if it was not.</summary>
    public long AnsweredAt(int index) => _answeredAt[index];

    /// <summary>Latencies in µs from the intended start, without those of the settling time.</summary>
    public LongHistogram Latencies()
    {
        var settled = _start + (long)(Settling.TotalSeconds * Stopwatch.Frequency);
        return LatencyHistogram.Of(Enumerable.Range(0, Count).Where(index => DueAt(index) >= settled).Select(LatencyOf));
    }

    /// <summary>The orders told.</summary>
    public IReadOnlyList<StoredOrder> Orders() =>
    [
        .. Enumerable.Range(0, Count).Where(index => _bodyLengths[index] > 0)
            .Select(index => OrderOf(_bodies.AsMemory(index * LongestOrderBytes, _bodyLengths[index]))),
    ];

    /// <summary>Reads an order of one unit.</summary>
    public static StoredOrder OrderOf(ReadOnlyMemory<byte> body)
    {
        using var order = JsonDocument.Parse(body);
        return new StoredOrder(
            order.RootElement.GetProperty("id").GetString()!,
            order.RootElement.GetProperty("user").GetString()!,
            order.RootElement.GetProperty("units")[0].GetInt32());
    }

    private void Keep(int index, ReadOnlySpan<byte> body)
    {
        if (body.Length > LongestOrderBytes) throw new WireException($"an order is longer than {LongestOrderBytes} bytes");
        body.CopyTo(_bodies.AsSpan(index * LongestOrderBytes));
        _bodyLengths[index] = body.Length;
    }
}

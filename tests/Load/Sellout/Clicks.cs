using System.Diagnostics;
using System.Text;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>
/// The purchases, with the ticket alone. A double click is the same request a second time, next to the first, so that
/// two connections
/// send them at once. Latency counts from the intended start to the answer that settles the request, repeats included.
/// </summary>
internal sealed class Clicks : IWireWork
{
    /// <summary>How often one click is sent at most.</summary>
    public const int Tries = 6;

    /// <summary>How long a Retry-After is honoured; a longer one is cut to this.</summary>
    public const int LongestRetryAfterSeconds = 10;

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(100);

    private readonly Buyers _buyers;
    private readonly byte[][] _requests;
    private readonly int[] _clicks;
    private readonly byte[] _tries;
    private readonly long[] _answeredAt;
    private readonly byte[]?[] _orders;
    private readonly long _opening;
    private readonly double _ticksBetween;
    private int _ordered;
    private int _answered;
    private long _repeats;

    /// <param name="buyers">Who buys.</param>
    /// <param name="options">How.</param>
    /// <param name="batch">What.</param>
    /// <param name="host">Where.</param>
    /// <param name="opening">When the sale opens, in Stopwatch ticks.</param>
    public Clicks(Buyers buyers, SelloutOptions options, string batch, string host, long opening)
    {
        _buyers = buyers;
        _opening = opening;
        var random = new Random(options.Seed + 1);
        var order = Enumerable.Range(0, buyers.Count).ToArray();
        random.Shuffle(order);
        var clicks = new List<int>(buyers.Count + buyers.Count * options.DoubleClickPercent / 50);
        foreach (var buyer in order)
        {
            clicks.Add(buyer);
            if (random.Next(100) < options.DoubleClickPercent) clicks.Add(buyer);
        }

        _clicks = [.. clicks];
        _ticksBetween = options.ArrivalSeconds * Stopwatch.Frequency / _clicks.Length;
        _tries = new byte[_clicks.Length];
        _answeredAt = new long[_clicks.Length];
        _orders = new byte[_clicks.Length][];
        _requests = [.. Enumerable.Range(0, buyers.Count).Select(buyer => Write(buyer, batch, host))];
    }

    public int Count => _clicks.Length;

    /// <summary>Clicks that have been settled.</summary>
    public int Settled => Volatile.Read(ref _answered);

    /// <summary>Clicks answered with an order, repeats of it included.</summary>
    public int Ordered => Volatile.Read(ref _ordered);

    /// <summary>How often a click was sent again, after a refusal that asked for it or without an answer.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    /// <summary>The clicks that were refused in the end.</summary>
    public RefusalCounts Refusals { get; } = new();

    /// <summary>Why the last click without an answer got none.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>The buyer of a click.</summary>
    public int BuyerOf(int index) => _clicks[index];

    /// <summary>The order a click was answered with, as JSON; null if it was refused or is undecided.</summary>
    public byte[]? OrderOf(int index) => _orders[index];

    /// <summary>From the click's intended start to its answer; null if it is undecided.</summary>
    public TimeSpan? LatencyOf(int index) =>
        _answeredAt[index] == 0 ? null : Stopwatch.GetElapsedTime(DueAt(index), _answeredAt[index]);

    /// <summary>From the opening to the click's answer; null if it is undecided.</summary>
    public TimeSpan? SinceOpening(int index) =>
        _answeredAt[index] == 0 ? null : Stopwatch.GetElapsedTime(_opening, _answeredAt[index]);

    public long DueAt(int index) => _opening + (long)(index * _ticksBetween);

    public ReadOnlyMemory<byte> Request(int index) => _requests[_clicks[index]];

    public TimeSpan? Answered(int index, WireAnswer answer)
    {
        if (answer.Status == 503 && MayRepeat(index))
            return TimeSpan.FromSeconds(Math.Clamp(answer.RetryAfterSeconds, 1, LongestRetryAfterSeconds));
        _answeredAt[index] = Stopwatch.GetTimestamp();
        if (answer.Status is 200 or 201)
        {
            _orders[index] = answer.Body.ToArray();
            Interlocked.Increment(ref _ordered);
        }
        else
        {
            Refusals.Add(answer);
        }

        Interlocked.Increment(ref _answered);
        return null;
    }

    public TimeSpan? Failed(int index, string why)
    {
        LastFailure = why;
        return MayRepeat(index) ? RepeatAfter : null;
    }

    private bool MayRepeat(int index)
    {
        if (++_tries[index] >= Tries) return false;
        Interlocked.Increment(ref _repeats);
        return true;
    }

    private byte[] Write(int buyer, string batch, string host)
    {
        var ticket = _buyers.TicketOf(buyer);
        var key = _buyers.KeyOf(buyer) is { } text ? $"{EngineClient.KeyHeader}: {text}\r\n" : "";
        return Encoding.ASCII.GetBytes(
            $"POST /api/batches/{batch}/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Ticket {ticket}\r\n{key}" +
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    }
}

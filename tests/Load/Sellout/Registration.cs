using System.Text;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>Reserves some of the buyers with their own tokens, and keeps the tickets.</summary>
/// <param name="buyers">Of these.</param>
/// <param name="first">From here on.</param>
/// <param name="count">So many.</param>
/// <param name="batch">For this batch.</param>
/// <param name="host">There.</param>
internal sealed class Registration(Buyers buyers, int first, int count, string batch, string host) : IWireWork
{
    private const int Tries = 5;
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMilliseconds(200);

    private readonly byte[] _start = Encoding.ASCII.GetBytes(
        $"PUT /api/batches/{batch}/reservation HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n" +
        "Authorization: Bearer ");

    private readonly int[] _tries = new int[count];
    private int _done;

    public int Count => count;

    /// <summary>Buyers who have their ticket.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>What the others were told, or why they were not answered.</summary>
    public RefusalCounts Refusals { get; } = new();

    /// <summary>Why the last buyer without an answer got none.</summary>
    public string? LastFailure { get; private set; }

    public long DueAt(int index) => 0;

    public ReadOnlyMemory<byte> Request(int index)
    {
        var token = buyers.TokenOf(first + index);
        var request = new byte[_start.Length + token.Length + 4];
        _start.CopyTo(request.AsSpan());
        token.CopyTo(request.AsSpan(_start.Length));
        "\r\n\r\n"u8.CopyTo(request.AsSpan(_start.Length + token.Length));
        return request;
    }

    public TimeSpan? Answered(int index, WireAnswer answer)
    {
        if (answer.Status is 200 or 201 && answer.TextAfter("\"ticket\":\""u8) is { IsEmpty: false } ticket)
        {
            buyers.GiveTicket(first + index, ticket);
            Interlocked.Increment(ref _done);
            return null;
        }

        if (answer.Status == 503 && ++_tries[index] < Tries)
            return TimeSpan.FromSeconds(Math.Max(1, answer.RetryAfterSeconds));
        Refusals.Add(answer);
        return null;
    }

    public TimeSpan? Failed(int index, string why)
    {
        LastFailure = why;
        return ++_tries[index] < Tries ? RepeatAfter : null;
    }
}

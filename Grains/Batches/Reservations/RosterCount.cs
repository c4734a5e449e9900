using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>
/// The number of reservations of a batch, at most <see cref="MaxAge"/> old when read. It is counted in storage, so it
/// is asked for seldom: a fresh one is answered at once, an ageing one is answered and renewed behind, an old one is
/// waited for.
/// </summary>
internal sealed class RosterCount(ILedger ledger, string prefix)
{
    /// <summary>The oldest count that is answered.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RenewedAfter = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private long _count;
    private long? _countedAt;
    private Task? _counting;

    public async ValueTask<long> ReadAsync()
    {
        var age = _countedAt is { } at ? _monotonic.GetElapsedTime(at) : TimeSpan.MaxValue;
        // Not by a field that the count clears when it is done: it may be done before it is assigned.
        if (age > RenewedAfter && _counting is not { IsCompleted: false }) _counting = CountAsync();
        if (age > MaxAge) await (_counting ?? Task.CompletedTask);
        return _count;
    }

    private async Task CountAsync()
    {
        try
        {
            var started = _monotonic.GetTimestamp();
            _count = await ledger.CountOpenAsync(prefix);
            _countedAt = started;
        }
        catch (LedgerUnavailableException)
        {
            // The board goes on with the count it has: it is a figure to look at, and nothing is decided by it.
        }
    }
}

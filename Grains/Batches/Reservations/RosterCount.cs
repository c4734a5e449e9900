using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>
/// The number of a batch's reservations, at most <see cref="MaxAge"/> old when read. Storage counts them, so the count
/// is cached. A fresh count is returned at once. An ageing count is returned and refreshed in the background. An old
/// count is refreshed before it is returned.
/// </summary>
internal sealed class RosterCount(ILedger ledger, string prefix)
{
    /// <summary>The oldest count that is returned.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private long _count;
    private long? _countedAt;
    private Task? _counting;

    public async ValueTask<long> ReadAsync()
    {
        var age = _countedAt is { } at ? _monotonic.GetElapsedTime(at) : TimeSpan.MaxValue;
        // The task's own status is checked. A field that the count clears would fail, because the count may complete
        // before it is assigned.
        if (age > RefreshAfter && _counting is not { IsCompleted: false }) _counting = CountAsync();
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
            // The board keeps its last count. The count is for display only; no decision depends on it.
        }
    }
}

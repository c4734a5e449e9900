using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>
/// One board of the list: when it is due to be renewed. Being listed wakes no poll; a batch is asked only as often as what
/// its board shows can change.
/// </summary>
/// <param name="feed">The front's copy of the board, which everybody shares.</param>
public sealed class ListedBoard(BoardFeed feed)
{
    /// <summary>
    /// A board is renewed behind an answer when it is older than this, once its sale is over and nothing is held. Longer than
    /// an idle batch stays in memory: the list must not keep all past sales awake.
    /// </summary>
    public static readonly TimeSpan OverAge = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _monotonic = TimeProvider.System;
    private readonly Lock _starting = new();
    private Task _renewing = Task.CompletedTask;
    private long? _askedAt;

    /// <summary>The copy.</summary>
    public BoardFeed Feed => feed;

    /// <summary>Whether buyers can change it now: in one of its windows, or while units are held.</summary>
    public bool IsMoving(DateTimeOffset now)
    {
        var schedule = feed.Schedule;
        if (feed.Current is not { } copy || copy.Snapshot.Held > 0) return true;
        return !copy.Snapshot.Closed && now < schedule.SaleCloses
            && (now >= schedule.SaleOpens || (now >= schedule.ReservationOpens && now < schedule.ReservationCloses));
    }

    /// <summary>
    /// Renews it if it is due, through a gate for all boards. The renewal to wait for; null: the board is good enough to
    /// answer from, or there is no use in waiting.
    /// </summary>
    public Task? RenewIfDue(DateTimeOffset now, ListPace pace, SemaphoreSlim gate)
    {
        var age = feed.Current is { } copy ? _monotonic.GetElapsedTime(copy.AskedAt) : TimeSpan.MaxValue;
        var limit = IsMoving(now) ? pace.MovingAge : IsOver(now) ? OverAge : pace.RestingAge;
        if (age <= limit) return null;
        lock (_starting)
        {
            // One that failed is asked again no sooner than if it were moving. When it was asked is read only once that is over.
            if (_renewing.IsCompleted && (_askedAt is not { } at || _monotonic.GetElapsedTime(at) >= pace.MovingAge))
                _renewing = RenewAsync(gate);
            return feed.IsSilent || age <= 2 * limit ? null : _renewing;
        }
    }

    /// <summary>Whether its sale is over.</summary>
    public bool IsOver(DateTimeOffset now) => feed.Current?.Snapshot.Closed == true || now >= feed.Schedule.SaleCloses;

    private async Task RenewAsync(SemaphoreSlim gate)
    {
        await gate.WaitAsync();
        try
        {
            _askedAt = _monotonic.GetTimestamp();
            await feed.RefreshAsync();
        }
        finally
        {
            gate.Release();
        }
    }
}

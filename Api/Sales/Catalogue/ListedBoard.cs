using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>
/// One board of the list: when it is due to be refreshed. Listing a board starts no poll. A batch is called only as
/// often as its board can change.
/// </summary>
/// <param name="feed">The front's copy of the board, which everybody shares.</param>
public sealed class ListedBoard(BoardFeed feed)
{
    /// <summary>
    /// A board whose sale is over and which has nothing held is refreshed in the background when it is older than this.
    /// This is longer than an idle batch stays in memory, so that the list does not keep all past sales active.
    /// </summary>
    public static readonly TimeSpan OverAge = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _monotonic = TimeProvider.System;
    private readonly Lock _starting = new();
    private Task _refreshing = Task.CompletedTask;
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
    /// Refreshes it if it is due, through a gate for all boards. Returns the refresh to wait for. Null: the board is
    /// fresh enough, or waiting would not help.
    /// </summary>
    public Task? RefreshIfDue(DateTimeOffset now, ListPace pace, SemaphoreSlim gate)
    {
        var age = feed.Current is { } copy ? _monotonic.GetElapsedTime(copy.AskedAt) : TimeSpan.MaxValue;
        var limit = IsMoving(now) ? pace.MovingAge : IsOver(now) ? OverAge : pace.RestingAge;
        if (age <= limit) return null;
        lock (_starting)
        {
            // A batch that did not answer is called again no sooner than a moving one. The instant of the call is read
            // only when the call is over.
            if (_refreshing.IsCompleted && (_askedAt is not { } at || _monotonic.GetElapsedTime(at) >= pace.MovingAge))
                _refreshing = RefreshAsync(gate);
            return feed.IsSilent || age <= 2 * limit ? null : _refreshing;
        }
    }

    /// <summary>Whether its sale is over.</summary>
    public bool IsOver(DateTimeOffset now) => feed.Current?.Snapshot.Closed == true || now >= feed.Schedule.SaleCloses;

    private async Task RefreshAsync(SemaphoreSlim gate)
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

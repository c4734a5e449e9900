using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <content>The poll of a batch while somebody buys from it or watches it.</content>
public sealed partial class BoardFeed
{
    /// <summary>Says that a viewer watches, until <see cref="Unwatch"/>.</summary>
    public void Watch()
    {
        Stream.Join();
        ShowInterest();
    }

    /// <summary>Says that a viewer left.</summary>
    public void Unwatch() => Stream.Leave();

    // A purchase, or a viewer's stream. Reading alone is no reason to poll.
    private void ShowInterest()
    {
        Volatile.Write(ref _interestAt, _monotonic.GetTimestamp());
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref _isPolling) && TryTakePolling()) _ = PollAsync();
    }

    // A caller that shows interest writes it, and then looks whether anybody polls. A poll that stops says so, and then
    // looks for interest once more. With a fence between the two steps on both sides, at least one sees the other.
    private async Task PollAsync()
    {
        do
        {
            pace.Began();
            while (IsOfInterest())
            {
                try
                {
                    if (await RefreshAsync() is { } copy) Show(copy.Snapshot);
                    else if (IsDamaged) Stream.End();
                }
                catch (Exception e)
                {
                    // A bug of one round. If it ended the polling, everybody would see this copy from now on.
                    _answers.Failed(e, isLogged: !stopping.IsCancellationRequested);
                }
                await Task.Delay(IsDamaged ? DamagedPollInterval : pace.Interval, _monotonic);
            }
            pace.Ended();
            Volatile.Write(ref _isPolling, false);
            Interlocked.MemoryBarrier();
        }
        while (IsOfInterest() && TryTakePolling());
    }

    private void Show(BatchSnapshot snapshot)
    {
        Stream.Publish(snapshot, ShownNow());
        if (snapshot.Standby > 0 || snapshot.Closed) Buyers.TouchWaiting();
        Buyers.ReadTouched();
        if (Timetable.IsReserving(Schedule, timeProvider.GetUtcNow())) Buyers.Reservations.Refresh();
    }

    private ShownAnnouncements ShownNow() => Stream.IsWatched && Announcements is { } all
        ? all.ShownAt(Terms, timeProvider.GetUtcNow()) : ShownAnnouncements.None;

    private bool IsOfInterest() => !stopping.IsCancellationRequested
        && (Stream.IsWatched || _monotonic.GetElapsedTime(Volatile.Read(ref _interestAt)) < InterestLasts);

    private bool TryTakePolling()
    {
        lock (_starting) return !_isPolling && (_isPolling = true);
    }
}

using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// Tells the buyers who watch a batch at this front that a reservation of theirs was made or cancelled, at any front.
/// Reserving asks nobody for this: the changes of a moment go to <see cref="IReservationNewsGrain"/> in one call, which
/// brings those of the other fronts. At most one call every <see cref="MinInterval"/>.
/// </summary>
/// <param name="batch">The batch.</param>
/// <param name="grains">The actors.</param>
/// <param name="buyers">Those who watch.</param>
public sealed class ReservationFeed(string batch, IGrainFactory grains, WatchedBuyers buyers)
{
    /// <summary>Between two calls.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(0.2);

    private readonly Lock _changing = new();
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private readonly List<ReservationChange> _untold = [];
    private long _askedAt;
    private long? _position;
    private bool _isAsking;

    /// <summary>
    /// Takes in a change that this front has just answered. Of those in one interval only the first
    /// <see cref="IReservationNewsGrain.MaxKept"/> are told.
    /// </summary>
    public void Tell(ReservationChange change)
    {
        lock (_changing)
        {
            if (_untold.Count < IReservationNewsGrain.MaxKept) _untold.Add(change);
        }
        Ask();
    }

    /// <summary>Asks for the changes of other fronts, if somebody watches and it is time.</summary>
    internal void Refresh()
    {
        if (buyers.Any) Ask();
    }

    private void Ask()
    {
        lock (_changing)
        {
            if (_isAsking) return;
            _isAsking = true;
        }
        _ = AskAsync();
    }

    private async Task AskAsync()
    {
        do
        {
            var early = MinInterval - _monotonic.GetElapsedTime(_askedAt);
            if (_askedAt > 0 && early > TimeSpan.Zero) await Task.Delay(early, _monotonic);
            _askedAt = _monotonic.GetTimestamp();
            var changes = TakeUntold();
            try
            {
                var news = await grains.GetGrain<IReservationNewsGrain>(batch).ExchangeAsync(changes, _position);
                _position = news.Position;
                foreach (var change in news.Changes) buyers.Tell(change);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The poll of the board reports lost silos. Buyers learn of these changes when they look at the page.
            }
        }
        while (HasUntold());
    }

    private ReservationChange[] TakeUntold()
    {
        lock (_changing)
        {
            ReservationChange[] taken = [.. _untold];
            _untold.Clear();
            return taken;
        }
    }

    // False: the asking has ended.
    private bool HasUntold()
    {
        lock (_changing) return _isAsking = _untold.Count > 0;
    }
}

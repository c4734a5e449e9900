using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Grains.Reservations;

/// <summary>Keeps the latest changes of a batch's reservations for its fronts.</summary>
/// <param name="timeProvider">The clock.</param>
public sealed class ReservationNewsGrain(TimeProvider timeProvider) : Grain, IReservationNewsGrain
{
    private readonly Queue<ReservationChange> _kept = [];

    // Positions of a later activation are greater, so a front that knows the earlier one gets all that is kept.
    private long _position = timeProvider.GetUtcNow().UtcTicks;

    /// <inheritdoc />
    public Task<ReservationNews> ExchangeAsync(ReservationChange[] changes, long? since)
    {
        var from = since ?? _position;
        foreach (var change in changes) _kept.Enqueue(change);
        while (_kept.Count > IReservationNewsGrain.MaxKept) _kept.Dequeue();
        _position += changes.Length;
        var added = (int)Math.Clamp(_position - from, 0, _kept.Count);
        return Task.FromResult(new ReservationNews([.. _kept.Skip(_kept.Count - added)], _position));
    }
}

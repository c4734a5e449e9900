using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>The actor of a reservation. It is not reentrant: one change at a time.</summary>
/// <remarks>
/// Cancelling is two entries in two streams: the batch's first, which stops purchases, then the reservation's. If it
/// ends between them, the next activation finds the batch ahead and writes the missing one before it answers anything
/// (<see cref="LoadAsync"/>); so no answer, and no ticket, is ever given out for a version that the batch refuses.
/// </remarks>
public sealed class ReservationGrain(ILedger ledger, TimeProvider time, ILogger<ReservationGrain> log) : Grain, IReservationGrain
{
    private Reservation _reservation;
    private Journal<long>? _journal;
    private string _user = "";
    private bool _isWhole;
    private DamagedStream? _damage;

    private ISaleBatchGrain Batch => GrainFactory.GetGrain<ISaleBatchGrain>(BatchId);

    private bool MayChange => _reservation.Seq < IReservationGrain.MaxChanges;

    private string BatchId => this.GetPrimaryKeyString() is var key ? key[..key.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <inheritdoc />
    public async Task<Answer<ReservationView>> ReserveAsync(string user, Schedule schedule)
    {
        await LoadAsync(user);
        if (!Timetable.IsReserving(schedule, time.GetUtcNow())) return await WhenDurableAsync<ReservationView>(Refusal.ReservationClosed);
        if (_reservation.IsOpen) return await WhenDurableAsync<ReservationView>(View(created: false));
        if (!MayChange) return await WhenDurableAsync<ReservationView>(Refusal.LimitReached);
        await AppendNextAsync();
        return View(created: true);
    }

    /// <inheritdoc />
    public async Task<Answer<ReservationView>> GetAsync(string user)
    {
        await LoadAsync(user);
        if (_reservation.IsOpen) return await WhenDurableAsync<ReservationView>(View(created: false));
        return await WhenDurableAsync<ReservationView>(MayChange ? Refusal.NotFound : Refusal.LimitReached);
    }

    /// <inheritdoc />
    public async Task<Answer<bool>> CancelAsync(string user)
    {
        await LoadAsync(user);
        if (!_reservation.IsOpen) return await WhenDurableAsync<bool>(true);
        Answer<bool> stopped;
        try
        {
            stopped = await Batch.CancelReservationAsync(_user, _reservation.Version);
        }
        catch (Exception)
        {
            // The batch may refuse this version by now. Only an activation that has asked it may go on answering.
            DeactivateOnIdle();
            throw;
        }
        if (stopped.Refused is not null) return stopped;
        await AppendNextAsync();
        return true;
    }

    private ReservationView View(bool created) =>
        new(_reservation.Version, DateTimeOffset.FromUnixTimeMilliseconds(_reservation.At), created);

    // With the first call, which says whose it is. Not while it activates: the batch may be damaged, and then every call would
    // activate it anew.
    private async Task LoadAsync(string user)
    {
        if (_journal is null && _damage is null) await ReadAsync(user);
        if (_damage is { } damage) throw damage.Failure();
        if (_isWhole) return;
        if (_reservation.IsOpen && await Batch.GetCancelledVersionAsync(_user) >= _reservation.Version) await AppendNextAsync();
        _isWhole = true;
    }

    private async Task ReadAsync(string user)
    {
        _user = user;
        var stream = Streams.OfReservation(BatchId, user);
        try
        {
            (_reservation, var head) = await ReplayAsync(stream, CancellationToken.None);
            _journal = new(ledger, stream, head, () => _reservation.Seq, _ => DeactivateOnIdle());
        }
        catch (LedgerFormatException e)
        {
            // Told by the actor's key: the stream's name has the user.
            var told = Streams.OfReservations(BatchId) + this.GetPrimaryKeyString()[(BatchId.Length + 1)..];
            _damage = new(told, this, e, stop => ReplayAsync(stream, stop), _ => Task.CompletedTask, time.GetUtcNow(), log);
        }
    }

    private async Task AppendNextAsync()
    {
        _reservation = _reservation.Next(time.GetUtcNow().ToUnixTimeMilliseconds());
        ReservationEntries.Write(_journal!.Lines, _user, _reservation);
        _journal.Added();
        await WhenDurableAsync<bool>(true);
    }

    private Task<Answer<T>> WhenDurableAsync<T>(Answer<T> answer) => _journal!.WhenDurableAsync(answer);

    private async Task<(Reservation Reservation, LedgerHead Head)> ReplayAsync(string stream, CancellationToken cancellationToken)
    {
        var (reservation, verifier) = (default(Reservation), new LedgerVerifier(stream));
        await foreach (var commit in ledger.ReadAsync(stream, cancellationToken: cancellationToken))
        {
            if (verifier.Accept(commit) is { } found) throw new LedgerFormatException(found.ToString());
            // One entry a commit: this actor never gathers two.
            reservation = ReservationEntries.Read(commit.Entries.Span[..^1], reservation);
        }
        return (reservation, verifier.Head);
    }
}

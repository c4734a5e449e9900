using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>The actor of a reservation. It is not reentrant: one change at a time.</summary>
/// <remarks>
/// A cancellation writes two entries in two streams. The batch's entry comes first and stops purchases; the delivery
/// details are removed; the reservation's entry follows. After a crash between them, the next activation finds the
/// batch ahead. It does the rest before it answers anything (<see cref="LoadAsync"/>). So no answer and no ticket is
/// ever sent for a version that the batch refuses, and a new reservation begins without details.
/// </remarks>
public sealed class ReservationGrain(
    ILedger ledger, IDocumentPurge purge, TimeProvider timeProvider, ILogger<ReservationGrain> log) : Grain,
    IReservationGrain
{
    private Reservation _reservation;
    private Journal<long>? _journal;
    private string _batch = "";
    private Alias _alias;
    private bool _isWhole;
    private DamagedStream? _damage;

    private ISaleBatchGrain Batch => GrainFactory.GetGrain<ISaleBatchGrain>(_batch);

    private IReservedDeliveryGrain Details =>
        GrainFactory.GetGrain<IReservedDeliveryGrain>(this.GetPrimaryKeyString());

    private bool MayChange => _reservation.Seq < IReservationGrain.MaxChanges && !_reservation.IsErased;

    private string Stream => Streams.OfReservation(_batch, _alias);

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_batch, _alias) = IReservationGrain.Parse(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<Answer<ReservationView>> ReserveAsync(string user, Schedule schedule, bool mayBeKnown)
    {
        await LoadAsync();
        if (!Timetable.IsReserving(schedule, timeProvider.GetUtcNow()))
            return await WhenDurableAsync<ReservationView>(Refusal.ReservationClosed);
        if (_reservation.IsOpen) return await WhenDurableAsync<ReservationView>(_reservation.View(created: false));
        if (mayBeKnown) await FinishErasureAsync();
        if (!MayChange) return await WhenDurableAsync<ReservationView>(Refusal.LimitReached);
        await AppendAsync(_reservation.Next(user, Now()));
        return _reservation.View(created: true);
    }

    /// <inheritdoc />
    public async Task<Answer<ReservationView>> ReserveForGrantAsync(string user)
    {
        await LoadAsync();
        if (_reservation.IsOpen) return await WhenDurableAsync<ReservationView>(_reservation.View(created: false));
        await FinishErasureAsync();
        if (!MayChange)
        {
            return await WhenDurableAsync(new Answer<ReservationView>(
                Refusal.Conflict, "the user's data were erased, or their reservation was changed too often"));
        }
        await AppendAsync(_reservation.Next(user, Now()));
        return _reservation.View(created: true);
    }

    /// <inheritdoc />
    public async Task<Answer<ReservationView>> GetAsync()
    {
        await LoadAsync();
        if (_reservation.IsOpen) return await WhenDurableAsync<ReservationView>(_reservation.View(created: false));
        return await WhenDurableAsync<ReservationView>(MayChange ? Refusal.NotFound : Refusal.LimitReached);
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> CancelAsync()
    {
        await LoadAsync();
        if (!_reservation.IsOpen) return await WhenDurableAsync<Effect>(Effect.AlreadySo);
        Answer<Effect> stopped;
        try
        {
            stopped = await Batch.CancelReservationAsync(_alias, _reservation.Version);
        }
        catch (Exception)
        {
            // The batch may refuse this version by now. Only an activation that has asked the batch may answer.
            DeactivateOnIdle();
            throw;
        }
        if (stopped.Refused is not null) return stopped;
        await EndAsync();
        return Effect.Done;
    }

    /// <inheritdoc />
    public async Task<Answer<Delivery>> SetDeliveryAsync(Delivery delivery)
    {
        await LoadAsync();
        return await WhenDurableAsync(
            _reservation.IsOpen ? await Details.SetAsync(_reservation.Version, delivery) : Refusal.NotFound);
    }

    /// <inheritdoc />
    public async Task<Answer<Delivery?>> GetDeliveryAsync()
    {
        await LoadAsync();
        return await WhenDurableAsync(
            _reservation.IsOpen ? new Answer<Delivery?>(await Details.GetAsync()) : Refusal.NotFound);
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> RemoveDeliveryAsync()
    {
        await LoadAsync();
        return await WhenDurableAsync(
            _reservation.IsOpen ? await Details.RemoveAsync(_reservation.Version) : Effect.AlreadySo);
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> EraseAsync()
    {
        await LoadAsync();
        var erasable = await Batch.FindErasableAsync(_alias);
        if (erasable.Refused is { } refusal) return new Answer<Effect>(refusal, erasable.Detail);
        // After the end the place may still wait in the product's backlog.
        if (erasable.Value!.IsOver) await Batch.LeaveLineAsync(_alias);
        else if (await CancelAsync() is { Refused: not null } cancelled) return cancelled;
        if (await EraseCarriedAsync() is { Refused: not null } kept) return kept;
        foreach (var order in erasable.Value.Orders)
            await GrainFactory.GetGrain<IOrderGrain>(OrderId.Of(_batch, order)).DisownAsync();
        await Details.EraseAsync();
        if (erasable.Value.Orders.Length > 0 || _reservation is { Seq: > 0, IsErased: false }) await purge.PurgeAsync();
        await FinishErasureAsync();
        if (_reservation.Seq == 0 || _reservation.IsErased) return await WhenDurableAsync<Effect>(Effect.AlreadySo);
        await WhenDurableAsync<Effect>(Effect.Done);
        // The remaining entry keeps the user from starting again with the first version.
        await ledger.EraseAsync(Stream);
        Begin(LedgerHead.Empty);
        await AppendAsync(Reservation.Erased(Now()));
        return Effect.Done;
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> EraseForGoodAsync()
    {
        var answer = await EraseAsync();
        if (answer.Refused is null && _reservation.Seq == 0) await AppendAsync(Reservation.Erased(Now()));
        return answer;
    }

    // The place has left, but the batch that carries it may have read it before, and makes a reservation for its buyer.
    // This comes before the user is removed here: after a crash they are still known.
    private async Task<Answer<Effect>> EraseCarriedAsync()
    {
        if (_reservation.User is not { } user || await Batch.FindRangeAsync(_alias) is not { AssignedTo: { } to } range)
            return Effect.AlreadySo;
        var isCarrying = range.State == BacklogState.Assigned;
        if (await GrainFactory.GetGrain<IBatchKeyGrain>(to).FindAsync() is not { } key)
        {
            return isCarrying
                ? new Answer<Effect>(Refusal.Unavailable, $"the key of batch {to} is missing: restore it first")
                : Effect.AlreadySo;
        }
        var there = GrainFactory.GetGrain<IReservationGrain>(
            IReservationGrain.KeyOf(to, new BatchKey(key).AliasOf(user)));
        return isCarrying ? await there.EraseForGoodAsync() : await there.EraseAsync();
    }

    // If the batch has a cancelled version and the stream is gone, an erasure was interrupted before its last entry.
    private async Task FinishErasureAsync()
    {
        if (_reservation.Seq == 0 && await Batch.GetCancelledVersionAsync(_alias) > 0)
            await AppendAsync(Reservation.Erased(Now()));
    }

    private void Begin(LedgerHead head) =>
        _journal = new(ledger, Stream, head, () => _reservation.Seq, _ => DeactivateOnIdle())
        { IsOpen = () => _reservation.IsOpen };

    // Runs at the first call, not during activation. If a stream is damaged, a failed activation would be repeated by
    // every call. An empty stream is read again by every call, because FirstReservationGrain may append to it.
    private async Task LoadAsync()
    {
        if (_damage is { } damage) throw damage.Failure();
        if (_reservation.Seq == 0) await ReadAsync();
        else if (_isWhole) return;
        if (_reservation.IsOpen && await Batch.GetCancelledVersionAsync(_alias) >= _reservation.Version)
            await EndAsync();
        _isWhole = true;
    }

    // The batch refuses this version by now. If a step fails, the next activation repeats it.
    private async Task EndAsync()
    {
        try
        {
            await Details.EraseAsync();
        }
        catch (Exception)
        {
            DeactivateOnIdle();
            throw;
        }
        await AppendAsync(_reservation.Next(_reservation.User!, Now()));
    }

    private async Task ReadAsync()
    {
        try
        {
            (_reservation, var head) = await ReplayAsync(CancellationToken.None);
            Begin(head);
        }
        catch (LedgerFormatException e)
        {
            _damage = new(Stream, this, e, ReplayAsync, _ => Task.CompletedTask, timeProvider.GetUtcNow(), log);
            throw _damage.Failure();
        }
    }

    private async Task AppendAsync(Reservation next)
    {
        _reservation = next;
        ReservationStream.Write(_journal!.Lines, _reservation);
        _journal.Added();
        await _journal.WhenDurableAsync(true);
    }

    private Task<Answer<T>> WhenDurableAsync<T>(Answer<T> answer) => _journal!.WhenDurableAsync(answer);

    private long Now() => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<(Reservation Reservation, LedgerHead Head)> ReplayAsync(CancellationToken cancellationToken)
    {
        var (reservation, verifier) = (default(Reservation), new LedgerVerifier(Stream));
        await foreach (var commit in ledger.ReadAsync(Stream, cancellationToken: cancellationToken))
        {
            if (verifier.Accept(commit) is { } found) throw new LedgerFormatException(found.ToString());
            // A commit has one entry, because this actor never gathers two.
            reservation = ReservationStream.Read(commit.Entries.Span[..^1], reservation);
        }
        return (reservation, verifier.Head);
    }
}

using Orleans.Concurrency;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>Appends the first entry of reservations. It keeps no state, so any number of instances may serve.</summary>
/// <remarks>
/// The safety argument: the ledger takes the entry only if the stream is empty, and only an entry that this call has
/// stored counts. So it cannot make a second reservation, nor one for a user who was erased, whose stream has an entry
/// for ever. After any other outcome the stream is read by <see cref="ReservationGrain"/>. That actor trusts an empty
/// stream only during the call that read it, and its appends are refused if this one was first.
/// </remarks>
[StatelessWorker, Reentrant]
public sealed class FirstReservationGrain(ILedger ledger, TimeProvider timeProvider) : Grain, IFirstReservationGrain
{
    /// <inheritdoc />
    public async Task<ReservationView?> BeginAsync(string user, Alias alias, Schedule schedule)
    {
        var now = timeProvider.GetUtcNow();
        if (!Timetable.IsReserving(schedule, now)) return null;
        var first = default(Reservation).Next(user, now.ToUnixTimeMilliseconds());
        var (lines, hash) = (new PooledLines(), new byte[LedgerChain.HashLength]);
        ReservationStream.Write(lines, first);
        LedgerChain.Next(LedgerHead.Empty.Hash, lines.Written.Span[..^1], hash);
        var stream = Streams.OfReservation(this.GetPrimaryKeyString(), alias);
        var commit = new LedgerCommit(stream, 1, 1, lines.Written, LedgerHead.Empty.Hash, hash);
        try
        {
            if (await ledger.AppendAsync(commit).WaitAsync(Journal<long>.AttemptTimeout) != AppendOutcome.Committed)
                return null;
        }
        catch (Exception e) when (e is LedgerUnavailableException or TimeoutException)
        {
            return null;
        }
        lines.Return();
        return first.View(created: true);
    }
}

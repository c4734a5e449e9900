using Orleans.Concurrency;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>
/// Reads who holds a reservation out of the ledger. It keeps nothing, so as many as are needed may serve.
/// </summary>
[StatelessWorker]
public sealed class RosterGrain(ILedger ledger) : Grain, IRosterGrain
{
    /// <inheritdoc />
    public async Task<RosterPage> ListAsync(string? after, int limit)
    {
        var prefix = Streams.OfReservations(this.GetPrimaryKeyString());
        var heads = await ledger.ListAsync(prefix, after is null ? null : prefix + after, limit);
        var entries = new List<RosterEntry>();
        foreach (var head in heads)
        {
            if (!new Reservation(head.Seq, 0).IsOpen) continue;
            await foreach (var commit in ledger.ReadAsync(head.Stream, head.Seq))
            {
                if (commit.LastSeq != head.Seq) continue;
                var reservation = ReservationEntries.Read(commit.Entries.Span[..^1], new Reservation(head.Seq - 1, 0));
                entries.Add(new RosterEntry(
                    head.Stream[prefix.Length..], reservation.Version, DateTimeOffset.FromUnixTimeMilliseconds(reservation.At)));
            }
        }
        return new RosterPage([.. entries], heads.Count < limit ? null : heads[^1].Stream[prefix.Length..]);
    }
}

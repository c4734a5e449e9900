using Orleans.Concurrency;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Reservations;
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
        try
        {
            var heads = await ledger.ListAsync(prefix, after is null ? null : prefix + after, limit);
            var (entries, damaged) = (new List<RosterEntry>(), new List<string>());
            foreach (var head in heads.Where(head => new Reservation(head.Seq, 0).IsOpen))
            {
                var user = head.Stream[prefix.Length..];
                if (await ReadAsync(head) is not { } reservation) damaged.Add(user);
                else entries.Add(new RosterEntry(user, reservation.Version, DateTimeOffset.FromUnixTimeMilliseconds(reservation.At)));
            }
            return new RosterPage(
                [.. entries], heads.Count < limit ? null : heads[^1].Stream[prefix.Length..], [.. damaged]);
        }
        catch (LedgerFormatException e)
        {
            throw new StorageDamagedException(e.Message);
        }
    }

    // Null: it cannot be read, or is not what its hash stands for. One user's stream takes no list away.
    private async Task<Reservation?> ReadAsync(StreamHead head)
    {
        try
        {
            var hash = new byte[LedgerChain.HashLength];
            await foreach (var commit in ledger.ReadAsync(head.Stream, head.Seq))
            {
                if (commit.LastSeq != head.Seq) continue;
                LedgerChain.Over(commit.PreviousHash, commit.Entries.Span, hash);
                return hash.AsSpan().SequenceEqual(commit.Hash)
                    ? ReservationEntries.Read(commit.Entries.Span[..^1], new Reservation(head.Seq - 1, 0))
                    : null;
            }
            return null;
        }
        catch (LedgerFormatException)
        {
            return null;
        }
    }
}

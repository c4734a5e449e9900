using Orleans.Concurrency;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>
/// Reads from the ledger which users hold a reservation, and which user an alias stands for. It keeps no state, so any
/// number of instances may serve.
/// </summary>
[StatelessWorker]
public sealed class RosterGrain(ILedger ledger) : Grain, IRosterGrain
{
    /// <summary>Most reservations that are read at the same time.</summary>
    public const int MaxConcurrency = 16;

    private string Prefix => Streams.OfReservations(this.GetPrimaryKeyString());

    /// <inheritdoc />
    public async Task<RosterPage> ListAsync(Alias? after, int limit)
    {
        var prefix = Prefix;
        try
        {
            var heads = await ledger.ListAsync(prefix, after is { } last ? prefix + last : null, limit);
            var (entries, damaged) = (new List<RosterEntry>(), new List<Alias>());
            foreach (var group in heads.Chunk(MaxConcurrency))
            {
                foreach (var (head, read) in group.Zip(await Task.WhenAll(group.Select(ReadAsync))))
                {
                    if (!Alias.TryParse(head.Stream[prefix.Length..], out var alias)) continue;
                    if (read is not { } reservation) damaged.Add(alias);
                    else if (reservation.IsOpen) entries.Add(EntryOf(alias, reservation));
                }
            }
            return new RosterPage([.. entries], heads.Count < limit ? null : AliasOf(heads[^1], prefix), [.. damaged]);
        }
        catch (LedgerFormatException e)
        {
            throw new StorageDamagedException(e.Message);
        }
    }

    /// <inheritdoc />
    public async Task<string?[]> FindUsersAsync(Alias[] aliases)
    {
        var users = new List<string?>(aliases.Length);
        foreach (var group in aliases.Chunk(MaxConcurrency))
            users.AddRange(await Task.WhenAll(group.Select(FindUserAsync)));
        return [.. users];
    }

    private static RosterEntry EntryOf(Alias alias, Reservation reservation) =>
        new(reservation.User!, alias, reservation.Version, DateTimeOffset.FromUnixTimeMilliseconds(reservation.At));

    private static Alias? AliasOf(StreamHead head, string prefix) =>
        Alias.TryParse(head.Stream[prefix.Length..], out var alias) ? alias : null;

    // Every entry of a reservation names its user, so the first is enough.
    private async Task<string?> FindUserAsync(Alias alias)
    {
        try
        {
            await foreach (var commit in ledger.ReadAsync(Prefix + alias))
                return ReservationStream.Read(commit.Entries.Span[..^1], default).User;
        }
        catch (LedgerFormatException)
        {
            // One user's damaged stream must not fail the whole list.
        }
        return null;
    }

    // Null: the stream cannot be read, or its hash is wrong. One user's damaged stream must not fail the whole list.
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
                    ? ReservationStream.Read(commit.Entries.Span[..^1], new Reservation(head.Seq - 1, 0))
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

using Orleans.Concurrency;

namespace OrleansSale.GrainInterfaces.Following;

/// <summary>
/// Follows the ledger of a batch, beside the purchases: it keeps the index of orders up to date, and tells the webhooks
/// what is new. Key: the batch id.
/// </summary>
[Alias("OrleansSale.IFollowerGrain")]
public interface IFollowerGrain : IGrainWithStringKey
{
    /// <summary>Most entries in an answer.</summary>
    const int MaxEntries = 1_000;

    /// <summary>
    /// Says that the ledger has this entry. It is answered at once, and nothing depends on it: what is not told is
    /// found by <see cref="IFollowersGrain.WakeAllAsync"/>.
    /// </summary>
    /// <param name="seq">The entry's sequence: it is durable, and so are all before it.</param>
    [Alias("NoteCommitAsync")]
    Task NoteCommitAsync(long seq);

    /// <summary>
    /// Entries after one, in order, as far as the index has them, at most <paramref name="limit"/> (1…1,000). None: it
    /// has no more.
    /// </summary>
    [AlwaysInterleave, Alias("ReadAfterAsync"), ResponseTimeout("00:00:10")]
    Task<FollowedEntry[]> ReadAfterAsync(long after, int limit);

    /// <summary>
    /// Entries by their sequences, which ascend; those that are not there are left out. At most 1,000.
    /// </summary>
    [AlwaysInterleave, Alias("ReadAsync"), ResponseTimeout("00:00:10")]
    Task<FollowedEntry[]> ReadAsync(long[] seqs);
}

/// <summary>An entry of a ledger.</summary>
/// <param name="Seq">Its sequence.</param>
/// <param name="Line">Its stored line in UTF-8, without hash and line feed.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.FollowedEntry")]
public sealed record FollowedEntry([property: Id(0)] long Seq, [property: Id(1)] byte[] Line);

/// <summary>Finds the batches whose ledgers are ahead of the index: one actor, key <see cref="Key"/>.</summary>
[Alias("OrleansSale.IFollowersGrain")]
public interface IFollowersGrain : IGrainWithStringKey
{
    /// <summary>Its only key.</summary>
    const string Key = "followers";

    /// <summary>Wakes the followers that are behind; returns how many.</summary>
    [AlwaysInterleave, Alias("WakeAllAsync"), ResponseTimeout("00:10:00")]
    Task<int> WakeAllAsync();
}

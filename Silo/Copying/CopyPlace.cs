using OrleansSale.Silo.Storage;

namespace OrleansSale.Silo.Copying;

/// <summary>
/// The source or the target of a copy: the data of an engine, in a directory or in a database, with exclusive access.
/// </summary>
/// <remarks>
/// Rows have the same order on every place: streams by creation, the commits of a stream by sequence; documents without
/// a key's text first, then by their identity, texts by their UTF-8 bytes. A copy is written in that order, each chunk
/// in one durable transaction. So an interrupted copy is always a prefix of the source.
/// </remarks>
internal abstract class CopyPlace : IAsyncDisposable
{
    /// <summary>Its name in messages; without secrets.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Removes the mark of the copy, so that processes may start on this place. The removal is durable, after
    /// everything that was written before.
    /// </summary>
    public abstract Task FinishAsync(CancellationToken cancellationToken);

    /// <summary>Other users of the place, as a sentence; null: none.</summary>
    public abstract Task<string?> FindUsersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A contradiction in the ledger's tables, as a sentence; null: none. Lines are not read.
    /// </summary>
    public abstract Task<string?> FindFaultAsync(CancellationToken cancellationToken);

    /// <summary>Counts the rows without reading them.</summary>
    public abstract Task<CopySize> MeasureAsync(CancellationToken cancellationToken);

    /// <summary>All commits, in one consistent state of the ledger.</summary>
    public abstract IAsyncEnumerable<CommitRow> ReadCommitsAsync(CancellationToken cancellationToken);

    /// <summary>Adds the commits that follow those already there.</summary>
    public abstract Task AddAsync(IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken);

    /// <summary>All documents.</summary>
    public abstract IAsyncEnumerable<DocumentRow> ReadDocumentsAsync(CancellationToken cancellationToken);

    /// <summary>Adds documents that follow those already there.</summary>
    public abstract Task AddAsync(IReadOnlyList<DocumentRow> documents, CancellationToken cancellationToken);

    /// <summary>Development's secrets by name; few.</summary>
    public abstract Task<SortedDictionary<string, string>> ReadSecretsAsync(CancellationToken cancellationToken);

    /// <summary>Replaces all secrets with these.</summary>
    public abstract Task ReplaceSecretsAsync(
        SortedDictionary<string, string> secrets, CancellationToken cancellationToken);

    /// <summary>The keys of sessions, XML by name; few.</summary>
    public abstract Task<SortedDictionary<string, string>> ReadSessionKeysAsync(CancellationToken cancellationToken);

    /// <summary>Replaces all keys with these.</summary>
    public abstract Task ReplaceSessionKeysAsync(
        SortedDictionary<string, string> keys, CancellationToken cancellationToken);

    /// <summary>Releases the place.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Whether this resumes an interrupted copy; false: it begins.</summary>
    /// <param name="place">The target's name.</param>
    /// <param name="mark">Its mark.</param>
    /// <param name="content">Its content in a few words; null: none.</param>
    /// <param name="source">The source's name.</param>
    /// <exception cref="CopyException">The target is not empty, or holds a part of another copy.</exception>
    protected static bool GoesOn(string place, CopyMark? mark, string? content, string source)
    {
        if (mark is { IsFinished: true }) content ??= $"a finished copy of {mark.Source}";
        else if (mark is not null && mark.Source != source)
        {
            throw new CopyException(
                $"The target, {place}, holds an unfinished copy of {mark.Source}: finish that one, or choose "
                    + "another target.");
        }
        else if (mark is not null) return true;

        return content is null ? false : throw new CopyException(
            $"The target, {place}, is not empty (it holds {content}): a copy needs an empty one.");
    }
}

using OrleansSale.Silo.Storage;

namespace OrleansSale.Silo.Copying;

/// <summary>One end of a copy: the data of an engine, in a directory or in a database, held for us alone.</summary>
/// <remarks>
/// Rows come in one order on every place: streams in the order in which they were made, the commits of each by
/// sequence; documents without a key's text first, then by their identity, texts by their UTF-8 bytes. A copy is
/// written in that order, each chunk in one durable transaction, so whatever interrupts it leaves a beginning of the
/// source.
/// </remarks>
internal abstract class CopyPlace : IAsyncDisposable
{
    /// <summary>Its name in messages; without secrets.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Takes the mark of the copy off, so that processes may start on this place. Durable, after all that was written
    /// before.
    /// </summary>
    public abstract Task FinishAsync(CancellationToken cancellationToken);

    /// <summary>Others that are at work on it, as a sentence; null: nobody.</summary>
    public abstract Task<string?> FindUsersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// A contradiction in the ledger's tables, as a sentence; null: none. Lines are not read.
    /// </summary>
    public abstract Task<string?> FindFaultAsync(CancellationToken cancellationToken);

    /// <summary>Counts what there is, without reading it.</summary>
    public abstract Task<CopySize> MeasureAsync(CancellationToken cancellationToken);

    /// <summary>All commits, as one state of the ledger.</summary>
    public abstract IAsyncEnumerable<CommitRow> ReadCommitsAsync(CancellationToken cancellationToken);

    /// <summary>Adds the commits that follow those already there.</summary>
    public abstract Task AddAsync(IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken);

    /// <summary>All documents.</summary>
    public abstract IAsyncEnumerable<DocumentRow> ReadDocumentsAsync(CancellationToken cancellationToken);

    /// <summary>Adds documents that follow those already there.</summary>
    public abstract Task AddAsync(IReadOnlyList<DocumentRow> documents, CancellationToken cancellationToken);

    /// <summary>Development's secrets by name; few.</summary>
    public abstract Task<SortedDictionary<string, string>> ReadSecretsAsync(CancellationToken cancellationToken);

    /// <summary>Puts these secrets in place of all that are there.</summary>
    public abstract Task ReplaceSecretsAsync(
        SortedDictionary<string, string> secrets, CancellationToken cancellationToken);

    /// <summary>The keys of sessions, XML by name; few.</summary>
    public abstract Task<SortedDictionary<string, string>> ReadSessionKeysAsync(CancellationToken cancellationToken);

    /// <summary>Puts these keys in place of all that are there.</summary>
    public abstract Task ReplaceSessionKeysAsync(
        SortedDictionary<string, string> keys, CancellationToken cancellationToken);

    /// <summary>Lets the place go.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Whether a copy goes on where it was interrupted; false: it begins.</summary>
    /// <param name="place">The target's name.</param>
    /// <param name="mark">Its mark.</param>
    /// <param name="content">What it holds, in a few words; null: nothing.</param>
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

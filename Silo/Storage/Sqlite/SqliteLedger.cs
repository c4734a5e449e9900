using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// The ledger of the embedded engine: one SQLite file. One thread writes for all grains of the process; reads use other
/// threads.
/// </summary>
/// <remarks>
/// An acknowledged commit is on stable storage (see <see cref="LedgerWriteConnection"/>). Disposing the ledger writes
/// the waiting appends and closes the file cleanly. Afterwards every call fails with
/// <see cref="LedgerUnavailableException"/>.
/// </remarks>
public sealed class SqliteLedger : ILedger, IProbedLedger, IAsyncDisposable
{
    private readonly LedgerReaders _readers;
    private readonly AppendQueue _queue = new(wakesInline: true);
    private readonly LedgerWriter _writer;

    private SqliteLedger(string path, Action<SqliteConnection>? onWriterOpened, ILogger logger)
    {
        var guard = new FileGuard(path, logger);
        Commits = new CommitWatch(TimeProvider.System, logger);
        _writer = new LedgerWriter(path, guard, _queue, Commits, onWriterOpened, logger);
        _readers = new LedgerReaders(path, guard);
    }

    /// <inheritdoc/>
    public CommitWatch Commits { get; }

    /// <summary>Opens the ledger's file, whose schema is up to date.</summary>
    /// <param name="directory">The data directory; its owner is the file's only writer.</param>
    /// <param name="logger">Where failures of the storage are logged; null: nowhere.</param>
    /// <exception cref="LedgerUnavailableException">The file can't be opened, is damaged, or is no ledger.</exception>
    public static SqliteLedger Open(DataDirectory directory, ILogger<SqliteLedger>? logger = null) =>
        Open(directory.LedgerPath, () => new SqliteLedger(
            directory.LedgerPath, null, logger ?? NullLogger<SqliteLedger>.Instance));

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireCommit(commit);
        return _queue.AppendAsync(commit, cancellationToken);
    }

    /// <inheritdoc/>
    public Task EraseAsync(string stream, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        return _queue.AppendAsync(PendingAppend.Erasure(stream), cancellationToken);
    }

    /// <inheritdoc/>
    public Task ProbeAsync(int bytes) => _queue.AppendAsync(PendingAppend.Probe(bytes), CancellationToken.None);

    /// <inheritdoc/>
    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        return _readers.ReadAsync(reader => reader.ReadHead(stream), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<LedgerHead> ReadCommitEndAsync(string stream, long seq, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(seq, 1);
        return _readers.ReadAsync(reader => reader.ReadCommitEnd(stream, seq), cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(fromSeq, 1);
        return ReadPagesAsync(stream, fromSeq, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireList(prefix, after, limit);
        return await _readers.ReadAsync(reader => reader.List(prefix, after, limit), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequirePrefix(prefix);
        return _readers.ReadAsync(reader => reader.CountOpen(prefix), cancellationToken);
    }

    /// <summary>Writes the appends that wait, moves the log into the file and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Opens a file, creating it or bringing it to the newest schema; <paramref name="onWriterOpened"/> lets tests
    /// prepare each writing connection to fail.
    /// </summary>
    internal static SqliteLedger Open(
        string path, Action<SqliteConnection>? onWriterOpened, ILogger<SqliteLedger>? logger = null) =>
        Open(path, () =>
        {
            SqliteFile.Apply(path, "Ledger");
            return new SqliteLedger(path, onWriterOpened, logger ?? NullLogger<SqliteLedger>.Instance);
        });

    private static SqliteLedger Open(string path, Func<SqliteLedger> open)
    {
        try
        {
            return open();
        }
        catch (Exception failure) when (failure is FileUnusableException or SqliteException or IOException)
        {
            throw new LedgerUnavailableException($"The ledger {path} could not be opened: {failure.Message}", failure);
        }
    }

    private async IAsyncEnumerable<LedgerCommit> ReadPagesAsync(
        string stream, long fromSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = await _readers.ReadAsync(reader => reader.Seek(stream, fromSeq), cancellationToken)
            .ConfigureAwait(false);
        if (first is not { } start) yield break;
        var pages = LedgerPage.ReadAheadAsync(
            start, from => _readers.ReadAsync(reader => reader.ReadPage(stream, from), cancellationToken));
        await foreach (var commit in pages.ConfigureAwait(false)) yield return commit;
    }
}

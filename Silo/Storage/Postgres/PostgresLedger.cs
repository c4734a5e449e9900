using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// The ledger of a cluster: tables that all silos share. Each silo gathers the appends of all its grains and sends them
/// in calls of one round trip (see <see cref="AppendConnection"/>). It reads over other connections.
/// </summary>
/// <remarks>
/// One connection writes. With two connections each call has half of the waiting rows, so a commit costs more on both
/// sides. Measured with 8 streams and 64 entries a commit on 2 cores: 150 µs of the server's time with one connection,
/// 260 µs with two. Nobody is served earlier either: a stream waits for its previous call in both cases. The ledger can
/// be opened while there is no server, and reconnects by itself. Disposing the ledger writes the waiting appends.
/// Afterwards every call fails with <see cref="LedgerUnavailableException"/>.
/// </remarks>
public sealed class PostgresLedger : ILedger, IProbedLedger, IAsyncDisposable
{
    private readonly PostgresLedgerReader _reader;
    private readonly NpgsqlDataSource _source;
    private readonly AppendQueue _queue = new();
    private readonly PostgresLedgerWriter _writer;
    private readonly PostgresProbe _probe;
    private readonly PostgresEraser _eraser;

    private PostgresLedger(PostgresDatabase database, ILogger logger)
    {
        _reader = new PostgresLedgerReader(database);
        _source = database.CreateSource("ledger", maxConnections: 0, AppendConnection.OnOpened);
        Commits = new CommitWatch(TimeProvider.System, logger);
        _writer = new PostgresLedgerWriter(_source, _queue, Commits, logger);
        _probe = new PostgresProbe(database, Commits);
        _eraser = new PostgresEraser(database);
    }

    /// <inheritdoc/>
    public CommitWatch Commits { get; }

    /// <summary>Opens the ledger; the schema has to be there (<see cref="PostgresSchema"/>).</summary>
    /// <param name="database">The cluster's database, which makes the connections.</param>
    /// <param name="logger">Logs failures of the storage; null: nowhere.</param>
    public static PostgresLedger Open(PostgresDatabase database, ILogger<PostgresLedger>? logger = null) =>
        new(database, logger ?? NullLogger<PostgresLedger>.Instance);

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
        return _eraser.EraseAsync(stream, cancellationToken);
    }

    /// <inheritdoc/>
    public Task ProbeAsync(int bytes) => _probe.RunAsync(bytes);

    /// <inheritdoc/>
    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        return _reader.ReadHeadAsync(stream, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<LedgerHead> ReadCommitEndAsync(string stream, long seq, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(seq, 1);
        return _reader.ReadCommitEndAsync(stream, seq, cancellationToken);
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
        return await _reader.ListAsync(prefix, after, limit, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequirePrefix(prefix);
        return _reader.CountOpenAsync(prefix, cancellationToken);
    }

    /// <summary>Writes the appends that wait and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _eraser.DisposeAsync().ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<LedgerCommit> ReadPagesAsync(
        string stream, long fromSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await _reader.SeekAsync(stream, fromSeq, cancellationToken).ConfigureAwait(false) is not { } start)
            yield break;
        var pages = LedgerPage.ReadAheadAsync(start, from => _reader.ReadPageAsync(stream, from, cancellationToken));
        await foreach (var commit in pages.ConfigureAwait(false)) yield return commit;
    }
}

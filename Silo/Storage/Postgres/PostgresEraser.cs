using System.Diagnostics.CodeAnalysis;
using Npgsql;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>Removes streams from the ledger's tables, beside the appends.</summary>
/// <remarks>
/// The stream's row is locked first. An append locks it too, so a commit is either stored earlier and removed with the
/// others, or finds no stream. The rows are deleted by a later statement, because a statement does not see what was
/// committed after it began. They are deleted by the number of the locked stream, not by its name: a new stream that
/// begins meanwhile under the same name comes after the erasure, and stays. The bytes leave the server's files once its
/// own vacuum has run and the log with these bytes is no longer kept.
/// </remarks>
internal sealed class PostgresEraser(PostgresDatabase database) : IAsyncDisposable
{
    /// <summary>Most removals at the same time. They use connections of the pool for documents.</summary>
    public const int MaxConcurrency = 2;

    /// <summary>How long one removal may take, including the wait for a connection.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    /// <summary>How long a removal waits while a commit of the stream is under way.</summary>
    public const int LockTimeoutMilliseconds = 5_000;

    private static readonly string[] Deletions =
        ["DELETE FROM ledger_commit WHERE stream = $1", "DELETE FROM stream WHERE id = $1"];

    private readonly SemaphoreSlim _places = new(MaxConcurrency, MaxConcurrency);
    private volatile bool _closed;

    /// <summary>Removes a stream, if it is there.</summary>
    /// <exception cref="LedgerUnavailableException">It is unknown whether it was removed.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it was: the outcome is unknown.")]
    public async Task EraseAsync(string stream, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_closed) throw new LedgerUnavailableException("The ledger is closed.");
            using var bound = new CancellationTokenSource(Within);
            await EraseWithinAsync(stream, bound.Token).WaitAsync(Within, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not LedgerUnavailableException)
        {
            throw new LedgerUnavailableException($"The ledger could not be written: {failure.Message}", failure);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Waits for the removals under way. Later ones find the ledger closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        for (var place = 0; place < MaxConcurrency; place++) await _places.WaitAsync().ConfigureAwait(false);
        _places.Release(MaxConcurrency);
    }

    private async Task EraseWithinAsync(string stream, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var locking = new NpgsqlBatch(connection, transaction);
        locking.BatchCommands.Add(new NpgsqlBatchCommand($"SET LOCAL lock_timeout = {LockTimeoutMilliseconds}"));
        locking.BatchCommands.Add(new NpgsqlBatchCommand("SELECT id FROM stream WHERE name = $1 FOR UPDATE")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = stream } },
        });
        if (await locking.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not long id) return;
        await using var deleting = new NpgsqlBatch(connection, transaction);
        foreach (var deletion in Deletions)
        {
            var locked = new NpgsqlParameter<long> { TypedValue = id };
            deleting.BatchCommands.Add(new NpgsqlBatchCommand(deletion) { Parameters = { locked } });
        }
        await deleting.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }
}

using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// A small write to the ledger's database, on a connection of its own. It meets the same faults as the writer's next
/// call.
/// </summary>
/// <remarks>
/// A session that began while the database was read-only stays read-only, and so does a session with a server that
/// became a standby. Pooled sessions would fail for minutes. So they are closed when the fault is found, and again when
/// it is over.
/// </remarks>
internal sealed class PostgresProbe(PostgresDatabase database, CommitWatch watch)
{
    /// <summary>How long the write may take.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(4);

    /// <summary>How long it waits for a lock on a table that another session holds.</summary>
    public const int LockTimeoutMilliseconds = 1_000;

    // An append takes the same lock on the ledger's tables. It conflicts only with locks that block appends.
    private static readonly string[] Preparation =
    [
        $"SET LOCAL lock_timeout = {LockTimeoutMilliseconds}",
        "LOCK TABLE stream, ledger_commit IN ROW EXCLUSIVE MODE",
    ];

    private bool _wasReadOnly;

    /// <summary>Writes that many bytes durably, and reports the outcome to the watch.</summary>
    /// <exception cref="NpgsqlException">The write failed.</exception>
    /// <exception cref="TimeoutException">The write took too long.</exception>
    public async Task RunAsync(int bytes)
    {
        watch.Begin(isProbe: true);
        try
        {
            using var patience = new CancellationTokenSource(Within);
            await WriteAsync(bytes, patience.Token).WaitAsync(Within).ConfigureAwait(false);
            watch.Succeed(isProbe: true);
            if (_wasReadOnly) database.CloseIdle();
            _wasReadOnly = false;
        }
        catch (Exception failure)
        {
            if (failure is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
            {
                database.CloseIdle();
                _wasReadOnly = true;
            }

            watch.Fail(isProbe: true, failure, bytes);
            throw;
        }
    }

    /// <summary>Whether the database can be written.</summary>
    /// <returns>Null: it can; or one line that says why not.</returns>
    public static async Task<string?> FindFaultAsync(PostgresDatabase database)
    {
        var watch = new CommitWatch(TimeProvider.System, NullLogger.Instance);
        try
        {
            await new PostgresProbe(database, watch).RunAsync(CommitWatch.MaxProbeBytes).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return $"A first write failed: {watch.Fault}.";
        }
    }

    private async Task WriteAsync(int bytes, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in Preparation) batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        var id = new NpgsqlParameter<Guid> { TypedValue = Guid.NewGuid() };
        var filler = new NpgsqlParameter<byte[]> { TypedValue = RandomNumberGenerator.GetBytes(bytes) };
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("INSERT INTO write_probe (id, filler) VALUES ($1, $2)")
            {
                Parameters = { id, filler },
            });
        var same = new NpgsqlParameter<Guid> { TypedValue = id.TypedValue };
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("DELETE FROM write_probe WHERE id = $1") { Parameters = { same } });
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }
}

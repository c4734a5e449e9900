using Npgsql;
using OrleansSale.Silo.Cluster;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Silo.Copying;

/// <summary>The database of a cluster that is not running.</summary>
internal sealed class DatabasePlace : CopyPlace
{
    /// <summary>
    /// A silo counts as alive this long after its last sign of life, in seconds: twelve times the interval of those
    /// signs.
    /// </summary>
    public static readonly int AliveSeconds = 12 * (int)Liveness.SignPeriod.TotalSeconds;

    /// <summary>How long a statement may take, in seconds, unless the connection string says otherwise.</summary>
    public const int CommandTimeoutSeconds = 600;

    // The lock of the copy that writes to the database.
    private const long LockKey = 0x53414C45_434F5059;

    private readonly PostgresDatabase _database;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    private DatabasePlace(PostgresDatabase database, NpgsqlDataSource source, NpgsqlConnection connection) =>
        (_database, _source, _connection) = (database, source, connection);

    /// <inheritdoc/>
    public override string Name => $"the database {_connection.Database} on {_connection.Host}:{_connection.Port}";

    /// <summary>Opens the data of a cluster.</summary>
    /// <exception cref="CopyException">There is none, or it is itself a part of a copy.</exception>
    /// <exception cref="DatabaseUnusableException">The database can't be used.</exception>
    public static async Task<DatabasePlace> OpenSourceAsync(
        string connectionString, CancellationToken cancellationToken)
    {
        var place = await OpenAsync(connectionString, cancellationToken);
        try
        {
            if (!await place.HasTableAsync("ledger_commit", cancellationToken))
                throw new CopyException($"{place.Name} holds no data of an engine: it has no ledger.");
            PostgresSchema.Apply(connectionString);
            if (await DatabaseCopyMark.FindAsync(place._connection, cancellationToken) is { IsFinished: false } mark)
                throw new CopyException(
                    $"{place.Name} holds an unfinished copy of {mark.Source}: finish that one first.");
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an empty database, or one where this copy was interrupted.</summary>
    /// <exception cref="CopyException">It is in use, not empty, or holds a part of another copy.</exception>
    /// <exception cref="DatabaseUnusableException">The database can't be used.</exception>
    public static async Task<DatabasePlace> OpenTargetAsync(
        string connectionString, string source, CancellationToken cancellationToken)
    {
        var place = await OpenAsync(connectionString, cancellationToken);
        try
        {
            if (!await place.AskAsync<bool>($"SELECT pg_try_advisory_lock({LockKey})", cancellationToken))
                throw new CopyException($"{place.Name} is in use by another copy.");
            // This is checked before the schema is created: a refused target stays unchanged.
            var goesOn = await place.GoesOnAsync(source, cancellationToken);
            PostgresSchema.Apply(connectionString);
            if (await place.FindUsersAsync(cancellationToken) is { } users)
                throw new CopyException($"{place.Name} is in use: {users}");
            if (!goesOn) await place.MarkAsync(source, cancellationToken);
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task FinishAsync(CancellationToken cancellationToken)
    {
        // The copy chose the streams' numbers. The engine's next stream gets the next number.
        await ExecuteAsync(
            "SELECT setval(pg_get_serial_sequence('stream', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) "
                + "FROM stream",
            cancellationToken);
        await ExecuteAsync("UPDATE copied_from SET finished_at = now()", cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<string?> FindUsersAsync(CancellationToken cancellationToken) =>
        AskAsync<string?>(
            $"""
            SELECT 'live silos: ' || count(*) || ', the last heard of '
              || round(extract(epoch FROM now() - max(IAmAliveTime)))
              || ' s ago. Stop the cluster first; a silo that was killed counts as alive for {AliveSeconds} s.'
            FROM ClusterMember
            WHERE Status BETWEEN {(int)SiloStatus.Joining} AND {(int)SiloStatus.Stopping}
              AND IAmAliveTime > now() - interval '{AliveSeconds} seconds'
            HAVING count(*) > 0
            """,
            cancellationToken);

    /// <inheritdoc/>
    public override async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        var stream = await AskAsync<string?>(
            "SELECT name FROM stream s WHERE NOT EXISTS (SELECT FROM ledger_commit c WHERE c.stream = s.id) LIMIT 1",
            cancellationToken);
        if (stream is not null) return $"the stream {stream} has no commits";
        var stray = await AskAsync<long?>(
            "SELECT stream FROM ledger_commit c WHERE NOT EXISTS (SELECT FROM stream s WHERE s.id = c.stream) LIMIT 1",
            cancellationToken);
        return stray is { } id ? $"there are commits of a stream {id} that does not exist" : null;
    }

    /// <inheritdoc/>
    public override async Task<CopySize> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand(
            """
            SELECT (SELECT count(*) FROM stream), count(*), coalesce(sum(count), 0)::bigint,
              (SELECT count(*) FROM GrainState)
            FROM ledger_commit
            """,
            _connection);
        await using var row = await select.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new CopySize(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<CommitRow> ReadCommitsAsync(CancellationToken cancellationToken) =>
        PostgresRows.ReadCommitsAsync(_source, cancellationToken);

    /// <inheritdoc/>
    public override Task AddAsync(IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken) =>
        PostgresRows.AddAsync(_connection, commits, cancellationToken);

    /// <inheritdoc/>
    public override IAsyncEnumerable<DocumentRow> ReadDocumentsAsync(CancellationToken cancellationToken) =>
        PostgresRows.ReadDocumentsAsync(_source, cancellationToken);

    /// <inheritdoc/>
    public override Task AddAsync(IReadOnlyList<DocumentRow> documents, CancellationToken cancellationToken) =>
        PostgresRows.AddAsync(_connection, documents, cancellationToken);

    /// <inheritdoc/>
    public override Task<SortedDictionary<string, string>> ReadSecretsAsync(CancellationToken cancellationToken) =>
        PostgresRows.ReadPairsAsync(_connection, "secret", "value", cancellationToken);

    /// <inheritdoc/>
    public override Task ReplaceSecretsAsync(
        SortedDictionary<string, string> secrets, CancellationToken cancellationToken) =>
        PostgresRows.ReplacePairsAsync(_connection, "secret", "value", secrets, cancellationToken);

    /// <inheritdoc/>
    public override Task<SortedDictionary<string, string>> ReadSessionKeysAsync(CancellationToken cancellationToken) =>
        PostgresRows.ReadPairsAsync(_connection, "session_key", "xml", cancellationToken);

    /// <inheritdoc/>
    public override Task ReplaceSessionKeysAsync(
        SortedDictionary<string, string> keys, CancellationToken cancellationToken) =>
        PostgresRows.ReplacePairsAsync(_connection, "session_key", "xml", keys, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<DatabasePlace> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = CommandTimeoutSeconds;
        var database = PostgresDatabase.Open(settings.ConnectionString);
        try
        {
            if (await database.CheckAsync(cancellationToken) is { } fault) throw new DatabaseUnusableException(fault);
            // No pool: closing the connection releases its lock.
            var source = database.CreateSource("copy", maxConnections: 0);
            return new DatabasePlace(database, source, await source.OpenConnectionAsync(cancellationToken));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> GoesOnAsync(string source, CancellationToken cancellationToken)
    {
        var mark = await HasTableAsync("copied_from", cancellationToken)
            ? await DatabaseCopyMark.FindAsync(_connection, cancellationToken) : null;
        string? content = null;
        foreach (var (table, name) in new[]
        {
            ("stream", "a ledger"), ("GrainState", "documents"), ("Reminder", "reminders"), ("secret", "secrets"),
            ("session_key", "session keys"),
        })
        {
            if (content is null && await HasTableAsync(table, cancellationToken)
                && await AskAsync<bool>($"SELECT EXISTS (SELECT FROM {table})", cancellationToken))
            {
                content = name;
            }
        }
        return GoesOn(Name, mark, content, source);
    }

    private Task<bool> HasTableAsync(string table, CancellationToken cancellationToken) =>
        AskAsync<bool>($"SELECT to_regclass('{table}') IS NOT NULL", cancellationToken);

    private async Task MarkAsync(string source, CancellationToken cancellationToken)
    {
        await using var mark = new NpgsqlCommand("INSERT INTO copied_from (id, source) VALUES (1, $1)", _connection);
        mark.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await mark.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The first value of the first row; the default if there is none.
    private async Task<T?> AskAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }
}

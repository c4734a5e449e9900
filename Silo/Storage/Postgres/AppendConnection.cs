using Npgsql;
using NpgsqlTypes;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>The fate of one row of a call.</summary>
internal enum RowFate
{
    /// <summary>Nothing is known.</summary>
    Unknown,

    /// <summary>Stored by this call, durably.</summary>
    Committed,

    /// <summary>Stored before this call, durably.</summary>
    AlreadyStored,

    /// <summary>Not stored, and never will be: its stream continues with another row.</summary>
    Fenced,

    /// <summary>Not stored by this call: another session held the stream at that moment.</summary>
    Busy,
}

/// <summary>A connection that appends rows of many streams in one call. Used by one caller at a time.</summary>
/// <remarks>
/// <para>
/// The fence has two parts. A row is inserted only if the newest commit that the statement sees of its stream ends with
/// the entry that the row follows, by sequence and hash. And the primary key is (stream, first sequence), so of two
/// rows that follow the same entry only one can be stored. So a statement that read the stream before another writer's
/// commit inserts nothing either: the key is taken. Rows of <c>ledger_commit</c> are never updated, so PostgreSQL's
/// READ COMMITTED never evaluates the condition again on a newer version of one.
/// </para>
/// <para>
/// Nobody waits for a stream. Its row in <c>stream</c> is locked while a commit is under way. A call that does not get
/// the lock at once skips the row and reports it as busy. So two processes that append to the same streams cannot
/// deadlock, and a hung transaction blocks only its own streams. There is one exception: of two first commits of one
/// stream, the second waits for the first, for at most <see cref="LockTimeoutMilliseconds"/>. The rows come sorted by
/// the names of their streams, so these waits form no cycle.
/// </para>
/// <para>
/// Durability: the statement is a transaction of its own. PostgreSQL reports that it is ready for the next statement
/// only after the commit record of this transaction is flushed (synchronous_commit is at least on, see
/// <see cref="PostgresDatabase"/>). Rows of a result may arrive earlier, so they count only after that report was read.
/// The result is read to its very end first. Any failure there, including a timeout, fails the call. If a commit waits
/// for a standby and is told to stop waiting, the server reports success with a warning. So every warning makes the
/// outcome of the call unknown. A row that is found stored was committed by another transaction. The transaction that
/// finds it locks the stream, so it has a commit record of its own. That record comes later in the log than the other
/// one, and is flushed before the server reports.
/// </para>
/// <para>
/// If a row was not inserted, a second call finds out why. It first locks the stream and then reads it in another
/// statement. A statement sees only commits from before it began, so a single statement could miss a commit in between.
/// Under the lock there are three cases. The row is there: it is stored. Or its stream continues with another row: then
/// it is fenced for good. Sequences only grow, so the entry that the row follows will never be the newest again, and an
/// earlier attempt that is still on its way will be refused too. Or the row could be inserted now, because the session
/// that had the stream rolled back: then it is busy. A row whose stream is still locked is busy as well.
/// </para>
/// </remarks>
internal sealed class AppendConnection : IAsyncDisposable
{
    /// <summary>How long a first commit of a stream waits for another first commit of it.</summary>
    public const int LockTimeoutMilliseconds = 300;

    /// <summary>
    /// Statements for every new connection. Each plan is made once and used for all values. It must suit tables of any
    /// size, because the tables may be empty when it is made.
    /// </summary>
    public static readonly string OnOpened =
        $"""
        SET lock_timeout = {LockTimeoutMilliseconds};
        SET statement_timeout = {(int)PostgresLedgerWriter.CallTimeout.TotalMilliseconds};
        SET default_transaction_isolation = 'read committed';
        SET plan_cache_mode = force_generic_plan;
        SET enable_seqscan = off;
        """;

    // Parameters 1 to 6 are columns of the rows to append, 7 has their entries. The entries are unnested in a SELECT
    // list, which streams them; a FROM would copy them first. Whether a row was stored is asked with IN, which becomes
    // a look-up in a hash table. A join would be slow: the planner takes both lists for short, and would go through one
    // of them for every row of the other.
    private static readonly string AppendSql =
        $"""
        WITH head AS (
          SELECT s.id, s.is_open, a.place, a.first_seq, a.count, a.hash, a.is_open AS becomes_open
          FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY
            AS a(name, first_seq, is_open, count, previous_hash, hash, place)
          JOIN stream s ON s.name = a.name
          JOIN LATERAL (
            SELECT c.first_seq + c.count - 1 AS last_seq, c.hash
            FROM ledger_commit c WHERE c.stream = s.id ORDER BY c.first_seq DESC LIMIT 1
          ) newest ON newest.last_seq = a.first_seq - 1 AND newest.hash = a.previous_hash
          FOR NO KEY UPDATE OF s SKIP LOCKED
        ), added AS (
          INSERT INTO stream (name, is_open)
          SELECT a.name, a.is_open
          FROM unnest($1, $2, $3, $5) WITH ORDINALITY AS a(name, first_seq, is_open, previous_hash, place)
          WHERE a.first_seq = 1 AND a.previous_hash = decode(repeat('00', {LedgerChain.HashLength}), 'hex')
          ORDER BY a.place
          ON CONFLICT (name) DO NOTHING
          RETURNING id, name
        ), follows AS (
          SELECT id, place, first_seq, count, hash FROM head
          UNION ALL
          SELECT added.id, a.place, a.first_seq, a.count, a.hash
          FROM unnest($1, $2, $4, $6) WITH ORDINALITY AS a(name, first_seq, count, hash, place)
          JOIN added ON added.name = a.name
        ), stored AS (
          INSERT INTO ledger_commit (stream, first_seq, count, hash, entries)
          SELECT f.id, f.first_seq, f.count, f.hash, e.entries
          FROM (SELECT unnest($7) AS entries, generate_series(1, cardinality($7))::bigint AS place) e
          JOIN follows f ON f.place = e.place
          ON CONFLICT DO NOTHING
          RETURNING stream
        ), kept AS (
          UPDATE stream s SET is_open = head.becomes_open
          FROM head
          WHERE s.id = head.id AND head.is_open <> head.becomes_open
            AND CASE WHEN head.id IN (SELECT stream FROM stored) THEN true END
        )
        SELECT place, id IN (SELECT stream FROM stored) FROM follows
        """;

    private const string LockSql =
        """
        SELECT a.place FROM unnest($1) WITH ORDINALITY AS a(name, place) JOIN stream s ON s.name = a.name
        FOR NO KEY UPDATE OF s SKIP LOCKED
        """;

    private static readonly string FindSql =
        $"""
        SELECT a.place, CASE
          WHEN EXISTS (
            SELECT FROM ledger_commit c
            WHERE c.stream = s.id AND c.first_seq = a.first_seq AND c.count = a.count AND c.hash = a.hash
          ) THEN {(int)RowFate.AlreadyStored}
          WHEN newest.last_seq = a.first_seq - 1 AND newest.hash = a.previous_hash THEN {(int)RowFate.Busy}
          ELSE {(int)RowFate.Fenced} END
        FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS a(name, first_seq, count, previous_hash, hash, place)
        JOIN stream s ON s.name = a.name
        JOIN LATERAL (
          SELECT c.first_seq + c.count - 1 AS last_seq, c.hash
          FROM ledger_commit c WHERE c.stream = s.id ORDER BY c.first_seq DESC LIMIT 1
        ) newest ON true
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _append;
    private readonly NpgsqlBatch _find;
    private volatile string? _warning;

    private AppendConnection(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += (_, told) =>
        {
            if (told.Notice.InvariantSeverity == "WARNING") _warning = told.Notice.MessageText;
        };
        _append = new NpgsqlCommand(AppendSql, connection);
        NpgsqlParameter[] columns =
        [
            Texts(), Numbers(), Flags(), Counts(), Hashes(), Hashes(),
            new NpgsqlParameter<ReadOnlyMemory<byte>[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        ];
        _append.Parameters.AddRange(columns);
        _find = new NpgsqlBatch(connection);
        _find.BatchCommands.Add(new NpgsqlBatchCommand(LockSql) { Parameters = { Texts() } });
        _find.BatchCommands.Add(
            new NpgsqlBatchCommand(FindSql) { Parameters = { Texts(), Numbers(), Counts(), Hashes(), Hashes() } });
    }

    /// <summary>Opens a connection and prepares its statements.</summary>
    public static async Task<AppendConnection> OpenAsync(NpgsqlDataSource source)
    {
        var connection = new AppendConnection(await source.OpenConnectionAsync().ConfigureAwait(false));
        try
        {
            await connection._append.PrepareAsync().ConfigureAwait(false);
            await connection._find.PrepareAsync().ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Appends what can be appended.</summary>
    /// <param name="rows">At most one of each stream, in the order of the streams' names.</param>
    /// <param name="fates">
    /// Receives the known outcome of each row. If a failure leaves an outcome unknown, it is not set.
    /// </param>
    public async Task AppendAsync(IReadOnlyList<LedgerCommit> rows, RowFate[] fates)
    {
        _warning = null;
        Set(_append.Parameters[0], rows, row => row.Stream);
        Set(_append.Parameters[1], rows, row => row.FirstSeq);
        Set(_append.Parameters[2], rows, row => row.IsOpen);
        Set(_append.Parameters[3], rows, row => row.Count);
        Set(_append.Parameters[4], rows, row => row.PreviousHash);
        Set(_append.Parameters[5], rows, row => row.Hash);
        Set(_append.Parameters[6], rows, row => row.Entries);
        var stored = new List<int>(rows.Count);
        var answer = await _append.ExecuteReaderAsync().ConfigureAwait(false);
        await using (answer.ConfigureAwait(false))
        {
            while (await answer.ReadAsync().ConfigureAwait(false))
            {
                if (answer.GetBoolean(1)) stored.Add((int)answer.GetInt64(0) - 1);
            }

            await EndAsync(answer).ConfigureAwait(false);
        }

        foreach (var place in stored) fates[place] = RowFate.Committed;
        if (stored.Count < rows.Count) await FindAsync(rows, fates).ConfigureAwait(false);
    }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _append.DisposeAsync().ConfigureAwait(false);
        await _find.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task FindAsync(IReadOnlyList<LedgerCommit> rows, RowFate[] fates)
    {
        var places = Enumerable.Range(0, rows.Count).Where(place => fates[place] == RowFate.Unknown).ToArray();
        var asked = places.Select(place => rows[place]).ToList();
        var (locking, finding) = (_find.BatchCommands[0].Parameters, _find.BatchCommands[1].Parameters);
        Set(locking[0], asked, row => row.Stream);
        Set(finding[0], asked, row => row.Stream);
        Set(finding[1], asked, row => row.FirstSeq);
        Set(finding[2], asked, row => row.Count);
        Set(finding[3], asked, row => row.PreviousHash);
        Set(finding[4], asked, row => row.Hash);
        var locked = new bool[asked.Count];
        // A missing stream gives no row.
        var found = asked.ConvertAll(row => IsFirst(row) ? RowFate.Busy : RowFate.Fenced);
        var answer = await _find.ExecuteReaderAsync().ConfigureAwait(false);
        await using (answer.ConfigureAwait(false))
        {
            while (await answer.ReadAsync().ConfigureAwait(false)) locked[answer.GetInt64(0) - 1] = true;
            await answer.NextResultAsync().ConfigureAwait(false);
            while (await answer.ReadAsync().ConfigureAwait(false))
            {
                var place = (int)answer.GetInt64(0) - 1;
                found[place] = locked[place] ? (RowFate)answer.GetInt32(1) : RowFate.Busy;
            }

            await EndAsync(answer).ConfigureAwait(false);
        }

        for (var place = 0; place < places.Length; place++) fates[places[place]] = found[place];
    }

    private static bool IsFirst(LedgerCommit row) =>
        row.FirstSeq == 1 && row.PreviousHash.AsSpan().SequenceEqual(LedgerHead.Empty.Hash);

    // Reads that the server is ready for the next statement, so the transaction is committed. Disposing of the reader
    // would do so too, but it ignores timeouts.
    private async Task EndAsync(NpgsqlDataReader answer)
    {
        if (await answer.NextResultAsync().ConfigureAwait(false))
            throw new InvalidOperationException("The statement has more results than expected.");
        if (_warning is { } warning) throw new LedgerUnavailableException($"The database warned: {warning}");
    }

    private static void Set<T>(
        NpgsqlParameter parameter, IReadOnlyList<LedgerCommit> rows, Func<LedgerCommit, T> column)
    {
        var values = new T[rows.Count];
        for (var row = 0; row < values.Length; row++) values[row] = column(rows[row]);
        ((NpgsqlParameter<T[]>)parameter).TypedValue = values;
    }

    private static NpgsqlParameter<string[]> Texts() => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter<long[]> Numbers() =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private static NpgsqlParameter<bool[]> Flags() =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean };

    private static NpgsqlParameter<int[]> Counts() =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };

    private static NpgsqlParameter<byte[][]> Hashes() =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}

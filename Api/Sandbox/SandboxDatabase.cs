using System.Threading.Channels;
using Dapper;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The sandbox's own SQLite file. One thread makes all changes, in groups with one durable commit each; what a change
/// returned is given out only after that commit. Queries run beside it on connections of their own and see committed
/// state only.
/// </summary>
internal sealed class SandboxDatabase : IAsyncDisposable
{
    /// <summary>Changes that may wait; beyond, callers wait to be let in.</summary>
    public const int QueueCapacity = 4_096;

    private const int Version = 2;

    /// <summary>How long a statement waits for a lock that another program has on the file, in seconds.</summary>
    public const int LockWaitSeconds = 5;

    /// <summary>Changes that share one commit at most.</summary>
    public const int GroupMaxChanges = 256;

    // All instants are Unix milliseconds, all amounts minor units.
    private const string Schema = """
        CREATE TABLE checkouts (
            id TEXT PRIMARY KEY,
            idempotency_key TEXT NOT NULL UNIQUE,
            order_id TEXT NOT NULL,
            user_id TEXT NOT NULL,
            description TEXT NOT NULL,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            return_url TEXT,
            notify_url TEXT,
            declined_at INTEGER
        ) STRICT;
        CREATE TABLE payments (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            checkout TEXT NOT NULL UNIQUE REFERENCES checkouts (id),
            captured_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE refunds (
            id TEXT PRIMARY KEY,
            idempotency_key TEXT NOT NULL UNIQUE,
            payment TEXT NOT NULL REFERENCES payments (id),
            amount INTEGER NOT NULL,
            refunded_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX refunds_of_payment ON refunds (payment);
        CREATE TABLE notifications (
            id TEXT PRIMARY KEY,
            checkout TEXT NOT NULL REFERENCES checkouts (id),
            type TEXT NOT NULL,
            body TEXT NOT NULL,
            happened_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER,
            delivered_at INTEGER,
            last_fault TEXT
        ) STRICT;
        CREATE INDEX notifications_due ON notifications (due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX notifications_of_checkout ON notifications (checkout);
        CREATE INDEX checkouts_of_order ON checkouts (order_id);
        PRAGMA user_version = 2;
        """;

    // In the first version a payment had one refund at most.
    private const string FromVersion1 = """
        ALTER TABLE refunds RENAME TO refunds_1;
        CREATE TABLE refunds (
            id TEXT PRIMARY KEY,
            idempotency_key TEXT NOT NULL UNIQUE,
            payment TEXT NOT NULL REFERENCES payments (id),
            amount INTEGER NOT NULL,
            refunded_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO refunds SELECT id, idempotency_key, payment, amount, refunded_at FROM refunds_1;
        DROP TABLE refunds_1;
        CREATE INDEX refunds_of_payment ON refunds (payment);
        PRAGMA user_version = 2;
        """;

    private readonly string _connectionString;
    private readonly SqliteConnection _connection;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true });

    private readonly Task _writer;

    private SandboxDatabase(string connectionString, SqliteConnection connection)
    {
        _connectionString = connectionString;
        _connection = connection;
        // A thread of its own: a commit waits for the disk, and the pool's threads serve the buyers.
        _writer = Task.Factory.StartNew(
            WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>
    /// Opens <paramref name="path"/>, and creates it with its folder if it is not there, readable by its owner alone.
    /// </summary>
    /// <exception cref="SandboxFileException">It can't be used.</exception>
    public static SandboxDatabase Open(string path)
    {
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            DefaultTimeout = LockWaitSeconds,
        }.ToString();
        SqliteConnection? connection = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            if (!File.Exists(path)) MakeFile(path);
            connection = new SqliteConnection(connectionString);
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            // Of several processes that start at once, one makes the tables.
            connection.Execute("BEGIN IMMEDIATE");
            var version = connection.ExecuteScalar<long>("PRAGMA user_version");
            if (version == 0 && connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") > 0)
                throw new SandboxFileException($"{path} is a database of something else: move it away, and the sandbox begins anew.");
            if (version > Version) throw new SandboxFileException($"{path} was made by a later version of the sandbox.");
            // A write in any case: what can't be written is told now.
            connection.Execute(version == 0 ? Schema : version == 1 ? FromVersion1 : $"PRAGMA user_version = {Version};");
            connection.Execute("COMMIT; SELECT 1 FROM checkouts, payments, refunds, notifications LIMIT 0");
            if (connection.ExecuteScalar<string>("PRAGMA quick_check(1)") != "ok")
                throw new SandboxFileException($"{path} is damaged: remove it, and the sandbox begins anew.");
            return new SandboxDatabase(connectionString, connection);
        }
        catch (Exception failure)
        {
            connection?.Dispose();
            if (failure is SqliteException or IOException or UnauthorizedAccessException)
                throw new SandboxFileException($"{path} cannot be used ({failure.Message.ReplaceLineEndings(" ")}): make room on its "
                    + "disk and let this process write there, or remove it, and the sandbox begins anew.", failure);
            throw;
        }
    }

    // SQLite would make it for everybody to read.
    private static void MakeFile(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, options).Dispose();
    }

    /// <summary>Runs <paramref name="query"/> on the committed state.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return query(connection);
    }

    /// <summary>Runs <paramref name="change"/> alone and whole; its result comes once it is durable.</summary>
    /// <remarks>
    /// The change runs even if the caller stops waiting, and must not keep the connection. It may be a query that must
    /// see every change before it.
    /// </remarks>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellationToken = default)
    {
        var queued = new Change<T>(change);
        await _changes.Writer.WriteAsync(queued, cancellationToken);
        return await queued.Result.WaitAsync(cancellationToken);
    }

    /// <summary>Finishes the changes that wait, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_changes.Writer.TryComplete()) return;
        await _writer;
        await _connection.DisposeAsync();
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
    }

    private void WriteAll()
    {
        var group = new List<Change>(GroupMaxChanges);
        while (_changes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < GroupMaxChanges && _changes.Reader.TryRead(out var change)) group.Add(change);
            Commit(group);
            group.Clear();
        }
    }

    // A change that fails is undone alone, to its savepoint, and only its caller sees why. If the commit fails nobody's
    // change happened, as far as this process knows, and every caller sees that: asking again under the same key finds
    // out.
    private void Commit(List<Change> group)
    {
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var change in group)
            {
                _connection.Execute("SAVEPOINT change");
                if (!change.TryRun(_connection)) _connection.Execute("ROLLBACK TO change");
                _connection.Execute("RELEASE change");
            }

            _connection.Execute("COMMIT");
        }
        catch (SqliteException e)
        {
            foreach (var change in group) change.Fail(e);
            TryRollback();
        }

        foreach (var change in group) change.Finish();
    }

    private void TryRollback()
    {
        try
        {
            _connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself; or the file is gone, and the next BEGIN will say so.
        }
    }

    private abstract class Change
    {
        public abstract bool TryRun(SqliteConnection connection);

        public abstract void Fail(Exception e);

        public abstract void Finish();
    }

    private sealed class Change<T>(Func<SqliteConnection, T> change) : Change
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _value;
        private Exception? _fault;

        public Task<T> Result => _result.Task;

        public override bool TryRun(SqliteConnection connection)
        {
            try
            {
                _value = change(connection);
                return true;
            }
            catch (Exception e)
            {
                _fault = e;
                return false;
            }
        }

        public override void Fail(Exception e) => _fault = e;

        public override void Finish()
        {
            if (_fault is null) _result.SetResult(_value!);
            else _result.SetException(_fault);
        }
    }
}

/// <summary>The sandbox's file can't be used; the message says in one line why, and what to do.</summary>
internal sealed class SandboxFileException(string message, Exception? inner = null) : Exception(message, inner);

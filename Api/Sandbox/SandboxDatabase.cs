using Dapper;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The sandbox's own SQLite file. Changes are made one at a time, each in a durable commit of its own. Queries run
/// beside them and see committed state only.
/// </summary>
internal sealed class SandboxDatabase : IDisposable
{
    /// <summary>How long a statement waits for a lock that another process has on the file, in seconds.</summary>
    public const int LockWaitSeconds = 5;

    private const int Version = 5;

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
        CREATE INDEX checkouts_of_order ON checkouts (order_id);
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
        CREATE TABLE posts (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            idempotency_key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            channel TEXT NOT NULL,
            english TEXT,
            chinese TEXT,
            link TEXT NOT NULL,
            image_url TEXT,
            title_english TEXT,
            title_chinese TEXT,
            product TEXT NOT NULL,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            sale_opens_at INTEGER NOT NULL,
            card_image_url TEXT,
            posted_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE replies (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            post TEXT NOT NULL REFERENCES posts (id),
            form TEXT NOT NULL,
            user_name TEXT NOT NULL,
            body TEXT NOT NULL,
            language TEXT NOT NULL,
            replied_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER,
            answer TEXT,
            answer_link TEXT,
            UNIQUE (post, form, user_name, body)
        ) STRICT;
        CREATE INDEX replies_due ON replies (due_at) WHERE due_at IS NOT NULL;
        CREATE TABLE messages (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            idempotency_key TEXT NOT NULL UNIQUE,
            user_name TEXT NOT NULL,
            english TEXT,
            chinese TEXT,
            link TEXT NOT NULL,
            sent_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX messages_of_user ON messages (user_name, seq);
        PRAGMA user_version = 5;
        """;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _oneChange = new(1);

    private SandboxDatabase(string connectionString, SqliteConnection writer) =>
        (_connectionString, _writer) = (connectionString, writer);

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
        var connection = new SqliteConnection(connectionString);
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            if (!File.Exists(path)) MakeFile(path);
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            MakeTables(connection, path);
            if (connection.ExecuteScalar<string>("PRAGMA quick_check(1)") != "ok")
                throw new SandboxFileException($"{path} is damaged: remove it, and the sandbox begins anew.");
            return new SandboxDatabase(connectionString, connection);
        }
        catch (Exception failure)
        {
            connection.Dispose();
            if (failure is not (SqliteException or IOException or UnauthorizedAccessException)) throw;
            throw new SandboxFileException(
                $"{path} cannot be used ({failure.Message.ReplaceLineEndings(" ")}): make room on its disk and let "
                + "this process write there, or remove it, and the sandbox begins anew.",
                failure);
        }
    }

    // Of several processes that start at once, one makes the tables.
    private static void MakeTables(SqliteConnection connection, string path)
    {
        using var transaction = connection.BeginTransaction();
        var version = connection.ExecuteScalar<long>("PRAGMA user_version");
        var isNew = version == 0 && connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") == 0;
        if (!isNew && version != Version)
        {
            throw new SandboxFileException(
                $"{path} is a database of something else, or of another version: move it away, and the sandbox "
                    + "begins anew.");
        }
        // This writes in any case, so that an unwritable file is reported now.
        connection.Execute(isNew ? Schema : $"PRAGMA user_version = {Version}");
        transaction.Commit();
        connection.Execute(
            "SELECT 1 FROM checkouts, payments, refunds, notifications, posts, replies, messages LIMIT 0");
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

    /// <summary>
    /// Runs <paramref name="change"/> alone and whole; its result comes once it is durable. A change or a commit that
    /// fails is undone. It must not keep the connection.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> change, CancellationToken cancellationToken = default)
    {
        await _oneChange.WaitAsync(cancellationToken);
        try
        {
            using var transaction = _writer.BeginTransaction();
            var result = change(_writer);
            transaction.Commit();
            return result;
        }
        finally
        {
            _oneChange.Release();
        }
    }

    /// <summary>Finishes the change that is under way, then closes the file.</summary>
    public void Dispose()
    {
        _oneChange.Wait();
        _writer.Dispose();
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
        _oneChange.Dispose();
    }
}

/// <summary>The sandbox's file can't be used; the message says in one line why, and what to do.</summary>
internal sealed class SandboxFileException(string message, Exception? inner = null) : Exception(message, inner);

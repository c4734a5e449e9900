using System.Reflection;
using DbUp;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>Creates and opens the engine's SQLite files.</summary>
internal static class SqliteFile
{
    /// <summary>
    /// How long a statement waits for a lock that somebody else holds on the file, in seconds, before it fails.
    /// </summary>
    public const int LockWaitSeconds = 5;

    /// <summary>The longest file that is read through at the start: 256 MiB, which takes about a second.</summary>
    public const long MaxCheckedBytes = 256 << 20;

    private const string JournalName = "SchemaVersions";

    private static readonly Assembly Scripts = typeof(SqliteFile).Assembly;

    // Applying a schema reads the journal of scripts and then writes. The silos of one process (in tests) must not do
    // that at the same time. Between processes the lock of the data directory prevents it.
    private static readonly Lock Applying = new();

    /// <summary>For a connection that is opened once, and is closed when it is disposed of (no pool).</summary>
    public static string ConnectionString(string path, bool readOnly = false) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Pooling = false,
        DefaultTimeout = LockWaitSeconds,
        Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
    }.ConnectionString;

    /// <summary>For code that opens a connection per call, as Orleans' grain storage does.</summary>
    public static string PooledConnectionString(string path) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Pooling = true,
        DefaultTimeout = LockWaitSeconds,
    }.ConnectionString;

    /// <summary>
    /// Creates the file if it is missing, for its owner alone and in WAL mode, and brings it to the newest schema.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">Folder of the numbered scripts below <c>Schema</c>, such as <c>Ledger</c>.</param>
    /// <exception cref="FileUnusableException">
    /// The file cannot be used, is damaged, or belongs to another program or a newer version. If a script failed, the
    /// file is as it was before that script.
    /// </exception>
    public static void Apply(string path, string schema) => FileUnusableException.Guard(path, () =>
    {
        lock (Applying)
        {
            DataDirectory.Claim(path);
            var connectionString = ConnectionString(path);
            using (var connection = new SqliteConnection(connectionString))
            {
                connection.Open();
                RequireOurs(connection, path, schema);
                // The file keeps this mode for every later connection. A script cannot set it, because the mode cannot
                // change within a transaction.
                Execute(connection, "PRAGMA journal_mode = WAL");
            }

            var upgrade = DeployChanges.To.SqliteDatabase(connectionString)
                .WithScriptsEmbeddedInAssembly(
                    Scripts, name => name.StartsWith(PrefixOf(schema), StringComparison.Ordinal))
                .WithVariablesDisabled()
                .WithTransactionPerScript()
                .LogToNowhere()
                .Build();
            var result = upgrade.PerformUpgrade();
            if (!result.Successful) throw result.Error;
        }
    });

    /// <summary>Reads through the whole file, unless it is longer than <see cref="MaxCheckedBytes"/>.</summary>
    /// <exception cref="FileUnusableException">The file is damaged.</exception>
    public static void RequireSound(string path) => FileUnusableException.Guard(path, () =>
    {
        if (new FileInfo(path).Length > MaxCheckedBytes) return;
        using var connection = new SqliteConnection(ConnectionString(path));
        connection.Open();
        using var check = Prepare(connection, "PRAGMA quick_check(1)");
        if (check.ExecuteScalar() is not "ok") throw FileUnusableException.Damaged(path);
    });

    /// <summary>Whether the file has a table of this name.</summary>
    public static bool HasTable(SqliteConnection connection, string name)
    {
        using var select = Prepare(
            connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name", "$name");
        select.Parameters[0].Value = name;
        return select.ExecuteScalar() is 1L;
    }

    /// <summary>Runs a statement that returns nothing of interest.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Moves all of the log into the file and cuts it, so that nothing of older pages is left.</summary>
    /// <exception cref="SqliteException">It failed, or others read from the log for too long.</exception>
    public static void CutLog(SqliteConnection connection)
    {
        using var checkpoint = Prepare(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        if (checkpoint.ExecuteScalar() is not 0L)
            throw new SqliteException("The log could not be cut: others read from it for too long.", raw.SQLITE_BUSY);
    }

    /// <summary>A prepared statement with its parameters in the given order.</summary>
    public static SqliteCommand Prepare(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        command.Prepare();
        return command;
    }

    private static string PrefixOf(string schema) => $"Sqlite/{schema}/";

    // Without a journal of scripts the file must be empty, because we must not add to another program's tables.
    private static void RequireOurs(SqliteConnection connection, string path, string schema)
    {
        if (!HasTable(connection, JournalName))
        {
            using var any = Prepare(connection, "SELECT EXISTS (SELECT 1 FROM sqlite_master)");
            if (any.ExecuteScalar() is 1L) throw FileUnusableException.Foreign(path);
            return;
        }

        var known = Scripts.GetManifestResourceNames();
        using var applied = Prepare(connection, $"SELECT ScriptName FROM {JournalName} ORDER BY ScriptName");
        using var row = applied.ExecuteReader();
        while (row.Read())
        {
            var name = row.GetString(0);
            if (!name.StartsWith(PrefixOf(schema), StringComparison.Ordinal)) throw FileUnusableException.Foreign(path);
            if (!known.Contains(name)) throw FileUnusableException.Newer(path, name);
        }
    }
}

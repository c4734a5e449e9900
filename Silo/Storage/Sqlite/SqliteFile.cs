using DbUp;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>How the engine's SQLite files are made and opened.</summary>
internal static class SqliteFile
{
    /// <summary>
    /// How long a statement waits for a lock that somebody else holds on the file, in seconds, before it fails.
    /// </summary>
    public const int LockWaitSeconds = 5;

    // Applying a schema reads the journal and then writes; silos of one process (tests) must not do that at the same
    // time. Between processes the data directory's lock sees to it.
    private static readonly Lock Applying = new();

    /// <summary>For a connection that is opened once and really closes when disposed.</summary>
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

    /// <summary>Creates the file if it is missing, in WAL mode, and brings it to the newest schema.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">Folder of the numbered scripts below <c>Schema</c>, such as <c>Ledger</c>.</param>
    /// <exception cref="SqliteException">The file can't be opened or is not a database.</exception>
    /// <exception cref="InvalidOperationException">
    /// A script failed; the file is as it was before that script.
    /// </exception>
    public static void Apply(string path, string schema)
    {
        lock (Applying)
        {
            var connectionString = ConnectionString(path);
            using (var connection = new SqliteConnection(connectionString))
            {
                connection.Open();
                // Kept in the file, hence for every later connection. DbUp can't do it: journal modes don't change in a
                // transaction.
                Execute(connection, "PRAGMA journal_mode = WAL");
            }

            var upgrade = DeployChanges.To.SqliteDatabase(connectionString)
                .WithScriptsEmbeddedInAssembly(
                    typeof(SqliteFile).Assembly, name => name.StartsWith($"Sqlite/{schema}/", StringComparison.Ordinal))
                .WithVariablesDisabled()
                .WithTransactionPerScript()
                .LogToNowhere()
                .Build();
            var result = upgrade.PerformUpgrade();
            if (!result.Successful)
                throw new InvalidOperationException(
                    $"The schema of {path} could not be brought up to date.", result.Error);
        }
    }

    /// <summary>Whether the file has a table of this name.</summary>
    public static bool HasTable(SqliteConnection connection, string name)
    {
        using var select = Prepare(connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name", "$name");
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

    /// <summary>A statement compiled once, with its parameters in the given order, to be run many times.</summary>
    public static SqliteCommand Prepare(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        command.Prepare();
        return command;
    }
}

using System.Reflection;
using DbUp;
using DbUp.Postgresql;
using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>Brings a database to the newest schema: the numbered scripts beside this file, each applied once.</summary>
/// <remarks>
/// Any number of processes may do this at the same time. A process that finds scripts to apply takes an advisory lock
/// and then looks again. A process that finds none takes no lock and changes nothing. So a role that may only read and
/// write the tables can start once the schema is up to date. Everything is made in the schema that is first in the
/// connection's search path.
/// </remarks>
public static class PostgresSchema
{
    /// <summary>The table of the applied scripts.</summary>
    public const string JournalName = "schema_script";

    /// <summary>How long to wait for another process that applies scripts, in seconds.</summary>
    public const int LockWaitSeconds = 60;

    /// <summary>How long one statement of a script may take, in seconds.</summary>
    public const int StatementTimeoutSeconds = 300;

    // An arbitrary number that no other program is likely to use for its own lock on the same database.
    internal const long LockKey = 0x53414C45_53434845;

    private const string ScriptPrefix = "Postgres/";

    private static readonly Assembly Scripts = typeof(PostgresSchema).Assembly;

    /// <summary>Applies the scripts that the database's journal does not name yet.</summary>
    /// <exception cref="DatabaseUnusableException">
    /// The database can't be reached, is of a newer version of the program, another process kept the lock for longer
    /// than <see cref="LockWaitSeconds"/>, or a script failed (the database is as it was before that script).
    /// </exception>
    public static void Apply(string connectionString) => Apply(connectionString, TimeSpan.FromSeconds(LockWaitSeconds));

    /// <summary>For tests: the same with another bound for the lock.</summary>
    internal static void Apply(string connectionString, TimeSpan lockWait)
    {
        var settings = PostgresDatabase.Parse(connectionString);
        (settings.Pooling, settings.CommandTimeout) = (false, StatementTimeoutSeconds);
        using var source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        try
        {
            using var connection = source.OpenConnection();
            if (IsUpToDate(connection)) return;
            // The lock belongs to the transaction, so it ends with it in any case. The scripts use another connection,
            // each in its own transaction.
            using var holding = connection.BeginTransaction();
            Lock(connection, lockWait);
            if (IsUpToDate(connection)) return;
            Upgrade(source, SchemaOf(connection));
        }
        catch (NpgsqlException failure)
        {
            throw new DatabaseUnusableException(PostgresDatabase.Explain(settings, failure), failure);
        }
    }

    private static bool IsUpToDate(NpgsqlConnection connection)
    {
        var journal = Quote(SchemaOf(connection)) + "." + JournalName;
        using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection);
        exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = journal });
        if (exists.ExecuteScalar() is not true) return false;

        var known = Scripts.GetManifestResourceNames()
            .Where(name => name.StartsWith(ScriptPrefix, StringComparison.Ordinal)).ToHashSet();
        using var applied = new NpgsqlCommand($"SELECT scriptname FROM {journal} ORDER BY scriptname", connection);
        using var row = applied.ExecuteReader();
        while (row.Read())
        {
            var name = row.GetString(0);
            if (!known.Remove(name))
            {
                throw new DatabaseUnusableException(
                    $"The database {connection.Database} is of a newer version of this program: it has the schema "
                    + $"{name}, which this version does not know.");
            }
        }

        return known.Count == 0;
    }

    private static string SchemaOf(NpgsqlConnection connection)
    {
        using var current = new NpgsqlCommand("SELECT current_schema()", connection);
        return current.ExecuteScalar() as string ?? throw new DatabaseUnusableException(
            $"The database {connection.Database} has no schema for {connection.UserName} to make tables in: "
            + "none of the search path exists.");
    }

    private static void Lock(NpgsqlConnection connection, TimeSpan wait)
    {
        // Another program's limits on sessions must not cut ours while the scripts run.
        Execute(connection, "SET LOCAL idle_in_transaction_session_timeout = 0");
        Execute(connection, "SET LOCAL statement_timeout = 0");
        Execute(connection, $"SET LOCAL lock_timeout = {(int)wait.TotalMilliseconds}");
        try
        {
            Execute(connection, $"SELECT pg_advisory_xact_lock({LockKey})");
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new DatabaseUnusableException(
                $"Another process has been changing the schema of the database {connection.Database} for more than "
                + $"{wait.TotalSeconds:0.#} s.", failure);
        }
    }

    private static void Upgrade(NpgsqlDataSource source, string schema)
    {
        // DbUp does not get the name of the schema, because it would create the schema. Not every owner of tables has
        // that right.
        var result = DeployChanges.To.PostgresqlDatabase(new PostgresqlConnectionManager(source))
            .JournalToPostgresqlTable(schema, JournalName)
            .WithScriptsEmbeddedInAssembly(Scripts, name => name.StartsWith(ScriptPrefix, StringComparison.Ordinal))
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
            throw new DatabaseUnusableException(
                $"The schema of the database could not be brought up to date: {result.ErrorScript?.Name}: "
                + ((result.Error as PostgresException)?.MessageText ?? result.Error.Message).ReplaceLineEndings(" "),
                result.Error);
    }

    private static string Quote(string identifier) => new NpgsqlCommandBuilder().QuoteIdentifier(identifier);

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

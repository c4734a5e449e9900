using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Storage;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Silo.Cluster;

/// <summary>Opens the database at a process' start and brings it to this version's schema.</summary>
public static class DatabaseStart
{
    /// <summary>Where it is.</summary>
    public const string ConnectionKey = "ConnectionStrings:Sale";

    private const int MaxWaitSeconds = 86_400;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>The database, ready for use: reached, of this version's schema, and written to.</summary>
    /// <exception cref="StartException">
    /// It can't be used or holds an unfinished copy. The message is one line.
    /// </exception>
    public static async Task<PostgresDatabase> OpenAsync(IConfiguration configuration)
    {
        if (configuration[ConnectionKey] is not { Length: > 0 } connectionString)
            throw new StartException(
                $"{ConnectionKey} is missing: set it to the cluster's PostgreSQL, such as "
                    + "Host=db;Database=sale;Username=sale.");
        var wait = TimeSpan.FromSeconds(WaitSeconds(configuration));
        var started = Stopwatch.GetTimestamp();
        var database = PostgresDatabase.Open(connectionString);
        try
        {
            while (await FindFaultAsync(database, connectionString) is { } fault)
            {
                if (Stopwatch.GetElapsedTime(started) + RetryDelay > wait)
                    throw new StartException($"{ConnectionKey}: {fault}");
                await Task.Delay(RetryDelay);
            }
            await DatabaseCopyMark.RequireFinishedAsync(database.Source);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Refuses a ledger that lacks entries to which the documents refer. For a process with a silo.</summary>
    /// <exception cref="StartException">It does.</exception>
    public static Task RequireLedgerAsync(PostgresDatabase database, IConfiguration configuration) =>
        PostgresDocuments.RequireLedgerAsync(
            database, ClusterSettings.Load(configuration).ServiceId,
            configuration.GetValue<bool>(KnownHeads.AcceptKey));

    // The last step is a durable write. Nobody is served before it.
    private static async Task<string?> FindFaultAsync(PostgresDatabase database, string connectionString)
    {
        if (await database.CheckAsync() is { } fault) return fault;
        PostgresSchema.Apply(connectionString);
        return await PostgresProbe.FindFaultAsync(database);
    }

    private static int WaitSeconds(IConfiguration configuration) =>
        configuration[CommandLine.WaitKey] is not { Length: > 0 } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= MaxWaitSeconds ? seconds
        : throw new StartException($"--{CommandLine.WaitKey} takes a number of seconds, 0 to {MaxWaitSeconds:N0}.");
}

using System.Diagnostics;
using System.Globalization;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>The engine that is put under load: one process, or a cluster. Disposing ends all of it.</summary>
internal sealed class EngineUnderLoad : IAsyncDisposable
{
    /// <summary>How SQLite's file is written.</summary>
    public const string SqliteDurability =
        "SQLite WAL, synchronous=FULL, one fsync per commit before the answers it carries";

    private const string Database = "sale";

    // An accusation stays in the accused silo's row. 3 is Orleans' SiloStatus.Active.
    private const string SuspectedSilos =
        "SELECT count(*)::integer FROM ClusterMember WHERE Status <> 3 OR SuspectTimes <> ''";

    /// <summary>The runtime's metric of each generation's size after the last collection, without fragments.</summary>
    private const string HeapSize = "dotnet_gc_last_collection_heap_size_bytes";

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30), AnswerWithin = TimeSpan.FromSeconds(15);

    private readonly Stack<IAsyncDisposable> _owned = new();
    private ClusterProcesses? _cluster;

    /// <summary>Its processes.</summary>
    public required IReadOnlyList<EngineProcess> Processes { get; init; }

    /// <summary>Where its fronts listen.</summary>
    public required IReadOnlyList<Uri> Fronts { get; init; }

    /// <summary>What an answer rests on.</summary>
    public required string Durability { get; init; }

    /// <summary>From the start of its first process until all of it was ready.</summary>
    public required TimeSpan ToReady { get; init; }

    /// <summary>Its database; null: it has files of its own.</summary>
    public PostgresServer? Postgres { get; init; }

    /// <summary>The slowest of its processes, from start to first answer.</summary>
    public TimeSpan ToFirstAnswer => Processes.Max(process => process.ToFirstAnswer);

    /// <summary>The last lines it wrote.</summary>
    public string Output => _cluster?.Output ?? Processes[0].Output;

    /// <summary>Starts it in one process on SQLite files.</summary>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="keeps">Whether the files are kept.</param>
    /// <param name="adjust">What else is to differ from the defaults; null: nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<EngineUnderLoad> StartAsync(
        EngineSecrets secrets, bool keeps, Func<EngineOptions, EngineOptions>? adjust,
        CancellationToken cancellationToken)
    {
        var folder = new ScratchFolder(keeps);
        try
        {
            var options = new EngineOptions(folder.Path, secrets);
            var process = await EngineProcess.StartAsync(adjust?.Invoke(options) ?? options, cancellationToken);
            return Of(process, SqliteDurability, postgres: null, folder);
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it in one process on a PostgreSQL of its own.</summary>
    public static async Task<EngineUnderLoad> StartOnPostgresAsync(
        EngineSecrets secrets, CancellationToken cancellationToken)
    {
        var folder = new ScratchFolder();
        PostgresServer? postgres = null;
        try
        {
            postgres = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
            var options = new EngineOptions(folder.Path, secrets)
            {
                Settings = OneSilo(await postgres.FindDatabaseAsync(Database, cancellationToken)),
            };
            var durability = await DurabilityOfAsync(postgres, cancellationToken);
            return Of(await EngineProcess.StartAsync(options, cancellationToken), durability, postgres, folder);
        }
        catch
        {
            if (postgres is not null) await postgres.DisposeAsync();
            await folder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it as a cluster on a PostgreSQL of its own.</summary>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="silos">How many silos.</param>
    /// <param name="fronts">How many fronts.</param>
    /// <param name="folder">Where the server's files are and stay; null: in a folder that goes with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<EngineUnderLoad> StartClusterAsync(
        EngineSecrets secrets, int silos, int fronts, string? folder, CancellationToken cancellationToken)
    {
        var postgres = await PostgresServer.StartAsync(folder, settings: null, cancellationToken);
        try
        {
            var identity = new ClusterIdentity(await postgres.FindDatabaseAsync(Database, cancellationToken));
            var durability = await DurabilityOfAsync(postgres, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var plan = new ClusterPlan(identity, secrets) { Silos = silos, Fronts = fronts };
            var cluster = await ClusterProcesses.StartAsync(plan, cancellationToken);
            var engine = new EngineUnderLoad
            {
                Processes = [.. cluster.Silos.Concat(cluster.Fronts).Select(member => member.Process)],
                Fronts = [.. cluster.Fronts.Select(front => front.Address)],
                Durability = durability,
                ToReady = Stopwatch.GetElapsedTime(started),
                Postgres = postgres,
            };
            engine._cluster = cluster;
            engine.Own(postgres, cluster);
            return engine;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>What an answer rests on where this server keeps the ledger.</summary>
    public static async Task<string> DurabilityOfAsync(PostgresServer server, CancellationToken cancellationToken) =>
        await server.AskDurabilityAsync(cancellationToken) + ", one commit before the answers it carries";

    /// <summary>The settings of an engine that is alone in its cluster, which is in this database.</summary>
    public static Dictionary<string, string> OneSilo(string connectionString) => new()
    {
        ["ConnectionStrings:Sale"] = connectionString,
        ["Orleans:SiloPort"] = "0",
        ["Orleans:GatewayPort"] = "0",
    };

    /// <summary>What its processes use, together; without a database server's.</summary>
    public EngineUsage Usage()
    {
        var usages = Processes.Select(process => process.Usage()).ToList();
        return new EngineUsage(
            TimeSpan.FromTicks(usages.Sum(usage => usage.Processor.Ticks)),
            usages.Sum(usage => usage.ResidentBytes),
            usages.Sum(usage => usage.PeakResidentBytes));
    }

    /// <summary>The managed heaps of all its processes together, in MB; null if one does not report it.</summary>
    public async Task<double?> ManagedMegabytesAsync()
    {
        double? bytes = 0;
        foreach (var process in Processes)
        {
            using var client = new EngineClient(process.Address, AnswerWithin);
            bytes += HeapBytes(await client.MetricsAsync());
        }

        return bytes / 1e6;
    }

    /// <summary>Its silos that others took for dead, or suspected of it, though none was ended.</summary>
    public async Task<int> CountSuspectedAsync(CancellationToken cancellationToken) =>
        Postgres is null ? 0 : (int)(await Postgres.AskAsync(Database, SuspectedSilos, cancellationToken))!;

    /// <summary>Ends it in an orderly way; false: some of it had to be ended by force.</summary>
    public async Task<bool> StopAsync()
    {
        var isWell = _cluster is null
            ? await Processes[0].StopAsync(StopWithin)
            : (await _cluster.StopAsync(StopWithin)).Count == 0;
        if (Postgres is not null) await Postgres.StopAsync();
        return isWell;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned)) await owned.DisposeAsync();
    }

    /// <summary>The sum of all generations in Prometheus' text; null if there is none.</summary>
    public static double? HeapBytes(string metrics)
    {
        var sizes = metrics.Split('\n').Where(line => line.StartsWith(HeapSize, StringComparison.Ordinal))
            .Select(line => line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0]).ToList();
        return sizes.Count == 0 ? null : sizes.Sum(size => double.Parse(size, CultureInfo.InvariantCulture));
    }

    private static EngineUnderLoad Of(
        EngineProcess process, string durability, PostgresServer? postgres, ScratchFolder folder)
    {
        var engine = new EngineUnderLoad
        {
            Processes = [process],
            Fronts = [process.Address],
            Durability = durability,
            ToReady = process.ToReady,
            Postgres = postgres,
        };
        engine.Own([folder, .. postgres is null ? (IAsyncDisposable[])[] : [postgres], process]);
        return engine;
    }

    private void Own(params IEnumerable<IAsyncDisposable> owned)
    {
        foreach (var one in owned) _owned.Push(one);
    }
}

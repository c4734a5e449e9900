using System.Globalization;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>The engine that is put under load: one process, or a cluster. Disposing ends all of it.</summary>
internal sealed class EngineUnderLoad : IAsyncDisposable
{
    public const string SqliteDurability =
        "SQLite WAL, synchronous=FULL, one fsync per commit before the answers it carries";

    private const string Database = "sale";

    // An accusation stays in the accused silo's row. 3 is Orleans' SiloStatus.Active.
    private const string SuspectedSilos =
        "SELECT count(*)::integer FROM ClusterMember WHERE Status <> 3 OR SuspectTimes <> ''";

    /// <summary>The runtime's metric of each generation's size after the last collection, without fragments.</summary>
    private const string HeapSize = "dotnet_gc_last_collection_heap_size_bytes";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private readonly Stack<IAsyncDisposable> _owned = new();

    public EngineSecrets Secrets { get; } = EngineSecrets.Make();

    public IReadOnlyList<EngineProcess> Processes { get; private set; } = [];

    public IReadOnlyList<Uri> Fronts { get; private set; } = [];

    /// <summary>What an answer rests on.</summary>
    public string Durability { get; private set; } = SqliteDurability;

    /// <summary>Its database; null: it has files of its own.</summary>
    public PostgresServer? Postgres { get; private set; }

    public string Output => string.Join('\n', Processes.Select(process => process.Output));

    /// <summary>Starts it in one process on SQLite files; adjusted: with other options.</summary>
    public static Task<EngineUnderLoad> StartAsync(
        CancellationToken cancellationToken, Func<EngineOptions, EngineOptions>? adjust = null) =>
        StartAsync(engine => engine.StartProcessAsync(adjust ?? (options => options), cancellationToken));

    /// <summary>Starts it in one process on a PostgreSQL of its own.</summary>
    public static Task<EngineUnderLoad> StartOnPostgresAsync(CancellationToken cancellationToken) =>
        StartAsync(async engine =>
        {
            var settings = OneSilo(await engine.StartDatabaseAsync(cancellationToken));
            await engine.StartProcessAsync(options => options with { Settings = settings }, cancellationToken);
        });

    /// <summary>Starts it as a cluster on a PostgreSQL of its own.</summary>
    public static Task<EngineUnderLoad> StartClusterAsync(
        int silos, int fronts, CancellationToken cancellationToken) =>
        StartAsync(async engine =>
        {
            var identity = new ClusterIdentity(await engine.StartDatabaseAsync(cancellationToken));
            var plan = new ClusterPlan(identity, engine.Secrets) { Silos = silos, Fronts = fronts };
            var cluster = engine.Own(await ClusterProcesses.StartAsync(plan, cancellationToken));
            engine.Processes = [.. cluster.Silos.Concat(cluster.Fronts).Select(member => member.Process)];
            engine.Fronts = [.. cluster.Fronts.Select(front => front.Address)];
        });

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

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned)) await owned.DisposeAsync();
    }

    private static async Task<EngineUnderLoad> StartAsync(Func<EngineUnderLoad, Task> startAsync)
    {
        var engine = new EngineUnderLoad();
        try
        {
            await startAsync(engine);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    private async Task StartProcessAsync(
        Func<EngineOptions, EngineOptions> adjust, CancellationToken cancellationToken)
    {
        var options = adjust(new EngineOptions(Own(new ScratchFolder()).Path, Secrets));
        var process = Own(await EngineProcess.StartAsync(options, cancellationToken));
        (Processes, Fronts) = ([process], [process.Address]);
    }

    private async Task<string> StartDatabaseAsync(CancellationToken cancellationToken)
    {
        Postgres = Own(await PostgresServer.StartAsync(cancellationToken: cancellationToken));
        Durability = await DurabilityOfAsync(Postgres, cancellationToken);
        return await Postgres.CreateDatabaseAsync(Database, cancellationToken);
    }

    /// <summary>The sum of all generations in Prometheus' text; null if there is none.</summary>
    private static double? HeapBytes(string metrics)
    {
        var sizes = metrics.Split('\n').Where(line => line.StartsWith(HeapSize, StringComparison.Ordinal))
            .Select(line => line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0]).ToList();
        return sizes.Count == 0 ? null : sizes.Sum(size => double.Parse(size, CultureInfo.InvariantCulture));
    }

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}

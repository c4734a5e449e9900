using System.Globalization;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>The engine that is put under load: one process, or a cluster. Disposing ends all of it.</summary>
internal sealed class EngineUnderLoad : IAsyncDisposable
{
    // An accusation stays in the accused silo's row. 3 is Orleans' SiloStatus.Active.
    private const string SuspectedSilos =
        "SELECT count(*)::integer FROM ClusterMember WHERE Status <> 3 OR SuspectTimes <> ''";

    /// <summary>The runtime's metric of each generation's size after the last collection, without fragments.</summary>
    private const string HeapSize = "dotnet_gc_last_collection_heap_size_bytes";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15),
        CollectedWithin = TimeSpan.FromSeconds(60);

    private readonly DataPlace _place;
    private IAsyncDisposable? _running;

    private EngineUnderLoad(DataPlace place) => _place = place;

    public EngineSecrets Secrets { get; } = EngineSecrets.Make();

    public IReadOnlyList<EngineProcess> Processes { get; private set; } = [];

    public IReadOnlyList<Uri> Fronts { get; private set; } = [];

    /// <summary>What an answer rests on.</summary>
    public string Durability => _place.Durability;

    /// <summary>Its database; null: it has files of its own.</summary>
    public PostgresServer? Postgres => _place.Postgres;

    public string Output => string.Join('\n', Processes.Select(process => process.Output));

    /// <summary>Starts it in one process, on SQLite files or a PostgreSQL; adjusted: with other options.</summary>
    public static Task<EngineUnderLoad> StartAsync(
        bool onPostgres, CancellationToken cancellationToken, Func<EngineOptions, EngineOptions>? adjust = null) =>
        StartAsync(onPostgres, async engine =>
        {
            var place = engine._place;
            var options = new EngineOptions(place.Folder, engine.Secrets) { Settings = place.Settings };
            var process = await EngineProcess.StartAsync(adjust?.Invoke(options) ?? options, cancellationToken);
            (engine.Processes, engine.Fronts) = ([process], [process.Address]);
            return process;
        }, cancellationToken);

    /// <summary>Starts it as a cluster with one front on a PostgreSQL.</summary>
    public static Task<EngineUnderLoad> StartClusterAsync(int silos, CancellationToken cancellationToken) =>
        StartAsync(onPostgres: true, async engine =>
        {
            var identity = new ClusterIdentity(engine._place.ConnectionString);
            var plan = new ClusterPlan(identity, engine.Secrets) { Silos = silos, Fronts = 1 };
            var cluster = await ClusterProcesses.StartAsync(plan, cancellationToken);
            engine.Processes = [.. cluster.Silos.Concat(cluster.Fronts).Select(member => member.Process)];
            engine.Fronts = [.. cluster.Fronts.Select(front => front.Address)];
            return cluster;
        }, cancellationToken);

    /// <summary>Memory resident now, of all its processes together, in MB; without a database server's.</summary>
    public double ResidentMegabytes => Processes.Sum(process => process.Usage().ResidentBytes) / 1e6;

    /// <summary>
    /// Collects all garbage of its processes, until the memory that is free is given back. What they hold after that is
    /// in use, and no leftover of what they did before.
    /// </summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        foreach (var process in Processes)
        {
            for (var times = 0; times < FullCollection.GivesBackAfter; times++)
                await FullCollection.RunAsync(process.Id, cancellationToken)
                    .WaitAsync(CollectedWithin, cancellationToken);
        }
    }

    /// <summary>
    /// The managed heaps of all its processes together after their last collections, in MB; null if one had none yet.
    /// </summary>
    public async Task<double?> ManagedMegabytesAsync()
    {
        double? bytes = 0;
        foreach (var process in Processes)
        {
            using var client = new EngineClient(process.Address, AnswerWithin);
            // A line for each generation, in Prometheus' text.
            var sizes = (await client.MetricsAsync()).Split('\n')
                .Where(line => line.StartsWith(HeapSize, StringComparison.Ordinal))
                .Select(line => line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0]).ToList();
            bytes += sizes.Count == 0 ? null : sizes.Sum(size => double.Parse(size, CultureInfo.InvariantCulture));
        }

        return bytes / 1e6;
    }

    /// <summary>Its silos that others took for dead, or suspected of it, though none was ended.</summary>
    public async Task<int> CountSuspectedAsync(CancellationToken cancellationToken) => Postgres is null
        ? 0
        : (int)(await Postgres.AskAsync(DataPlace.Database, SuspectedSilos, cancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        await _place.DisposeAsync();
    }

    private static async Task<EngineUnderLoad> StartAsync(
        bool onPostgres, Func<EngineUnderLoad, Task<IAsyncDisposable>> startAsync, CancellationToken cancellationToken)
    {
        var engine = new EngineUnderLoad(await DataPlace.MakeAsync(onPostgres, cancellationToken));
        try
        {
            engine._running = await startAsync(engine);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }
}

/// <summary>
/// Where an engine keeps its data: a folder of its own, and a database on a PostgreSQL of its own if it has one.
/// Disposing deletes it.
/// </summary>
internal sealed class DataPlace : IAsyncDisposable
{
    public const string Database = "sale";

    private const string Sqlite = "SQLite WAL, synchronous=FULL, one fsync per commit before the answers it carries";

    private readonly ScratchFolder _folder = new();

    private DataPlace(PostgresServer? postgres, string durability) => (Postgres, Durability) = (postgres, durability);

    /// <summary>The folder; an engine in Development keeps its sandbox of payments there beside a database.</summary>
    public string Folder => _folder.Path;

    /// <summary>The server of its database; null: it has SQLite files.</summary>
    public PostgresServer? Postgres { get; }

    /// <summary>What an answer rests on.</summary>
    public string Durability { get; }

    /// <summary>Of its database.</summary>
    public string ConnectionString => Postgres!.ConnectionString(Database);

    /// <summary>The settings of an engine in one process. On a database it is alone in its cluster.</summary>
    public Dictionary<string, string> Settings => Postgres is null
        ? []
        : new()
        {
            ["ConnectionStrings:Sale"] = ConnectionString,
            ["Orleans:SiloPort"] = "0",
            ["Orleans:GatewayPort"] = "0",
        };

    public static async Task<DataPlace> MakeAsync(bool onPostgres, CancellationToken cancellationToken)
    {
        if (!onPostgres) return new DataPlace(null, Sqlite);
        var server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
        await server.CreateDatabaseAsync(Database, cancellationToken);
        return new DataPlace(
            server, await server.AskDurabilityAsync(cancellationToken) + ", one commit before the answers it carries");
    }

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null) await Postgres.DisposeAsync();
        _folder.Dispose();
    }
}

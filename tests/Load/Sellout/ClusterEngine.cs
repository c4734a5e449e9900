using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>The engine as a cluster on a PostgreSQL of its own.</summary>
internal sealed class ClusterEngine : IEngineUnderLoad
{
    private const string Database = "sale";

    // An accusation stays in the accused silo's row. 3 is Orleans' SiloStatus.Active.
    private const string WhoIsSuspected =
        "SELECT count(*)::integer FROM ClusterMember WHERE Status <> 3 OR SuspectTimes <> ''";

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30);

    private readonly PostgresServer _postgres;
    private readonly ClusterProcesses _cluster;

    private ClusterEngine(PostgresServer postgres, ClusterProcesses cluster, TimeSpan toReady, string durability) =>
        (_postgres, _cluster, ToReady, Durability) = (postgres, cluster, toReady, durability);

    public IReadOnlyList<Uri> Fronts => [.. _cluster.Fronts.Select(front => front.Address)];

    public IReadOnlyList<Uri> Programs => [.. Members.Select(member => member.Address)];

    public string Durability { get; }

    public string Output => _cluster.Output;

    public TimeSpan ToFirstAnswer => Members.Max(member => member.Process.ToFirstAnswer);

    public TimeSpan ToReady { get; }

    private IEnumerable<ClusterMember> Members => _cluster.Silos.Concat(_cluster.Fronts);

    /// <summary>Starts the server and the cluster.</summary>
    /// <param name="folder">Where the server's files are and stay; null: in a folder that goes with it.</param>
    public static async Task<IEngineUnderLoad> StartAsync(
        EngineSecrets secrets, int silos, int fronts, string? folder, CancellationToken cancellationToken)
    {
        var postgres = await PostgresServer.StartAsync(folder, settings: null, cancellationToken);
        try
        {
            var identity = new ClusterIdentity(await postgres.FindDatabaseAsync(Database, cancellationToken));
            var durability = await postgres.AskDurabilityAsync(cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var plan = new ClusterPlan(identity, secrets) { Silos = silos, Fronts = fronts };
            var cluster = await ClusterProcesses.StartAsync(plan, cancellationToken);
            return new ClusterEngine(
                postgres, cluster, Stopwatch.GetElapsedTime(started), durability + ", one commit before the answers it carries");
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public EngineUsage Usage()
    {
        var usages = Members.Select(member => member.Process.Usage()).ToList();
        return new EngineUsage(
            TimeSpan.FromTicks(usages.Sum(usage => usage.Processor.Ticks)),
            usages.Sum(usage => usage.ResidentBytes),
            usages.Sum(usage => usage.PeakResidentBytes));
    }

    public async Task<int> CountSuspectedAsync(CancellationToken cancellationToken) =>
        (int)(await _postgres.AskAsync(Database, WhoIsSuspected, cancellationToken))!;

    public async Task<bool> StopAsync()
    {
        var bad = await _cluster.StopAsync(StopWithin);
        await _postgres.StopAsync();
        return bad.Count == 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}

using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Failover.Stage;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(ClusterStage))]

// Two scenarios at the same time would load each other, and each would meet the other's faults.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>
/// A PostgreSQL and a cluster of three silos and two fronts that the scenarios share, one after the other: starting it
/// takes seconds, and each scenario leaves it whole. Its programs reach the database through a proxy.
/// </summary>
public sealed class ClusterStage : IAsyncLifetime
{
    private const string Database = "sale";

    private ClusterProcesses? _cluster;
    private PostgresServer? _postgres;
    private PostgresProxy? _proxy;

    /// <summary>The secrets of every cluster here.</summary>
    public EngineSecrets Secrets { get; } = EngineSecrets.Make();

    /// <summary>The database server.</summary>
    public PostgresServer Postgres => _postgres!;

    /// <summary>Stands between the shared cluster and the database.</summary>
    public PostgresProxy Proxy => _proxy!;

    /// <summary>The shared cluster's database, past the proxy.</summary>
    public string ConnectionString => Postgres.ConnectionString(Database);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        await _postgres.CreateDatabaseAsync(Database);
        _proxy = PostgresProxy.Start(_postgres);
    }

    /// <summary>The shared cluster, all of it up.</summary>
    public async Task<ClusterProcesses> ClusterAsync(CancellationToken cancellationToken)
    {
        if (_cluster is null)
        {
            _cluster = await ClusterProcesses.StartAsync(Plan(new(Proxy.Through(ConnectionString))), cancellationToken);
        }
        else
        {
            await _cluster.HealAsync(cancellationToken);
        }

        return _cluster;
    }

    /// <summary>
    /// The plan of a cluster here. <c>FAILOVER_LOGS</c>: a folder to which its programs' output goes, whole.
    /// </summary>
    public ClusterPlan Plan(ClusterIdentity identity) => new(identity, Secrets)
    {
        LogDirectory = Environment.GetEnvironmentVariable("FAILOVER_LOGS"),
    };

    /// <summary>Runs a query on the shared cluster's database; the first value, or null.</summary>
    public Task<object?> AskAsync(string sql, CancellationToken cancellationToken) =>
        Postgres.AskAsync(Database, sql, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        if (_proxy is not null) await _proxy.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}

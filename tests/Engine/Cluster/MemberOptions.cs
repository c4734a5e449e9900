namespace OrleansSale.Tests.Engine.Cluster;

/// <summary>The cluster that a silo or a front belongs to.</summary>
/// <param name="ConnectionString">Its database.</param>
/// <param name="ClusterId">Its name there.</param>
/// <param name="ServiceId">The name of what its actors keep.</param>
public sealed record ClusterIdentity(string ConnectionString, string ClusterId = "sale", string ServiceId = "sale")
{
    private const int WaitForDatabaseSeconds = 30;

    internal IEnumerable<string> Arguments() =>
    [
        "--wait-for-database", $"{WaitForDatabaseSeconds}",
        $"--ConnectionStrings:Sale={ConnectionString}",
        $"--Orleans:ClusterId={ClusterId}",
        $"--Orleans:ServiceId={ServiceId}",
    ];
}

/// <summary>How to start a silo.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="SiloPort">Where other silos reach it.</param>
/// <param name="GatewayPort">Where fronts reach it.</param>
/// <param name="Secrets">Its secrets.</param>
public sealed record SiloOptions(ClusterIdentity Cluster, int SiloPort, int GatewayPort, EngineSecrets? Secrets)
    : ProgramOptions(Secrets)
{
    /// <summary>The sandbox that takes the money, as silos and buyers reach it; null: none.</summary>
    public Uri? Cashier { get; init; }

    internal override string Project => "Silo";

    private protected override IEnumerable<string> OwnArguments() =>
    [
        .. Cluster.Arguments(),
        $"--Orleans:SiloPort={SiloPort}",
        $"--Orleans:GatewayPort={GatewayPort}",
        $"--Orleans:AdvertisedAddress={Host}",
        .. Cashier is null
            ? (string[])[]
            : [$"--Payments:BaseAddress={Cashier}sandbox", $"--Payments:PublicAddress={Cashier}"],
    ];
}

/// <summary>How to start a front.</summary>
/// <param name="Cluster">Its cluster.</param>
/// <param name="DataDirectory">Where the sandbox, which every front has, keeps its file: all of them in the
/// same.</param>
/// <param name="Secrets">Its secrets.</param>
public sealed record FrontOptions(ClusterIdentity Cluster, string DataDirectory, EngineSecrets? Secrets)
    : ProgramOptions(Secrets)
{
    internal override string Project => "Api";

    private protected override IEnumerable<string> OwnArguments() =>
    [
        "--Sale:Front=Cluster",
        .. Cluster.Arguments(),
        $"--Sale:DataDirectory={DataDirectory}",
    ];
}

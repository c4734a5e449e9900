using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.LocalCluster;

internal sealed record LocalClusterOptions : CommandOptions
{
    private const int Most = 16;

    [Description("Where everything is kept for the next time; by default a temporary folder, deleted at the end.")]
    public DirectoryInfo? Data { get; init; }

    [Description("Silos."), Range(1, Most)]
    public int Silos { get; init; } = 3;

    [Description("Fronts."), Range(1, Most)]
    public int Fronts { get; init; } = 2;

    [Description("Port of the first front; the others' follow."), Range(1, 65_535 - Most)]
    public int Port { get; init; } = 8080;

    protected override string? Fault() =>
        Enumerable.Range(Port, Fronts).Where(port => !LoopbackPorts.IsFree(port))
            .Select(port => $"port {port} is taken: choose another one with --port").FirstOrDefault();
}

/// <summary>A cluster on this machine, from its start to the interrupt that ends it.</summary>
internal static class LocalClusterRun
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Each program gets a session of its own: an interrupt at the terminal is for this one alone.</summary>
    private static readonly string[] Launcher = ["setsid"];

    public static async Task<int> RunAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        try
        {
            Console.WriteLine("Starting PostgreSQL …");
            await using var postgres =
                await PostgresServer.StartAsync(FolderOf("postgres"), settings: null, cancellationToken);
            var identity = new ClusterIdentity(await postgres.FindDatabaseAsync("sale", cancellationToken));
            Console.WriteLine($"Starting {options.Silos} silos and {options.Fronts} fronts …");
            var plan = new ClusterPlan(identity, Secrets: null)
            {
                Silos = options.Silos,
                Fronts = options.Fronts,
                FirstFrontPort = options.Port,
                Demo = true,
                Launcher = Launcher,
                SandboxDirectory = FolderOf("sandbox"),
            };
            await using var cluster = await ClusterProcesses.StartAsync(plan, cancellationToken);
            Print(cluster, identity.ConnectionString + (options.Data is { } data ? $" in {data.FullName}" : ""));
            await WatchAsync(cluster, cancellationToken);
            Console.WriteLine("Stopping …");
            var bad = await cluster.StopAsync(StopWithin);
            await postgres.StopAsync();
            Console.WriteLine(bad.Count == 0 ? "All have ended." : $"Ended by force: {string.Join(", ", bad)}");
            return bad.Count == 0 ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // While it started.
            return 0;
        }

        string? FolderOf(string name) => options.Data is null ? null : Path.Combine(options.Data.FullName, name);
    }

    private static void Print(ClusterProcesses cluster, string database)
    {
        foreach (var front in cluster.Fronts) Tell(front, "event page, API, /scalar");
        foreach (var silo in cluster.Silos) Tell(silo, "/health/ready");
        Console.WriteLine(
            $"""
            Database: {database}

            Open {cluster.Fronts[0].Address}, which has the sandbox cashier, or any other front: sign in, reserve, buy.
            A demo batch opens two minutes after its creation. An operator's token:
              curl -s {cluster.Fronts[0].Address}dev/tokens -H 'Content-Type: application/json' \
                -d {"'{\"user\":\"me\",\"channel\":\"staff\",\"roles\":[\"operator\"]}'"}
            To see a failover, end one: kill -9 PROCESS. Ctrl-C stops everything.
            """);

        static void Tell(ClusterMember member, string what) =>
            Console.WriteLine($"{member.Name}: {member.Address}, process {member.Process.Id}: {what}");
    }

    /// <summary>Says of each program that ends that it has.</summary>
    private static async Task WatchAsync(ClusterProcesses cluster, CancellationToken cancellationToken)
    {
        var alive = cluster.Silos.Concat(cluster.Fronts).ToList();
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var ended in alive.Where(member => !member.IsAlive).ToList())
            {
                Console.WriteLine($"{ended.Name} has ended with status {ended.Process.ExitCode}.");
                alive.Remove(ended);
            }

            await Task.WhenAny(Task.Delay(LookInterval, cancellationToken));
        }
    }
}

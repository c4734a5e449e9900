using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Engine.Cluster;

namespace OrleansSale.Tests.Load.LocalCluster;

internal sealed record LocalClusterOptions : CommandOptions
{
    public const int Silos = 3, Fronts = 2;

    [Description("Port of the first front; the next one is the second's."), Range(1, 65_536 - Fronts)]
    public int Port { get; init; } = 8080;

    protected override string? Fault() =>
        Enumerable.Range(Port, Fronts).Where(port => !LoopbackPorts.IsFree(port))
            .Select(port => $"port {port} is taken: choose another one with --port").FirstOrDefault();
}

/// <summary>A cluster on this machine, from its start to the interrupt that ends it.</summary>
internal static class LocalClusterRun
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(40);

    /// <summary>Each program gets a session of its own: an interrupt at the terminal is for this one alone.</summary>
    private static readonly string[] Launcher = ["setsid"];

    public static async Task<int> RunAsync(LocalClusterOptions options, CancellationToken cancellationToken)
    {
        try
        {
            Console.WriteLine("Starting PostgreSQL …");
            await using var place = await DataPlace.MakeAsync(onPostgres: true, cancellationToken);
            var plan = new ClusterPlan(new ClusterIdentity(place.ConnectionString), Secrets: null)
            {
                Silos = LocalClusterOptions.Silos,
                Fronts = LocalClusterOptions.Fronts,
                FirstFrontPort = options.Port,
                Demo = true,
                Launcher = Launcher,
            };
            Console.WriteLine($"Starting {plan.Silos} silos and {plan.Fronts} fronts …");
            await using var cluster = await ClusterProcesses.StartAsync(plan, cancellationToken);
            Print(cluster, place.ConnectionString);
            var members = cluster.Silos.Concat(cluster.Fronts);
            await Task.WhenAny(
                Task.WhenAll(members.Select(TellEndAsync)), Task.Delay(Timeout.Infinite, cancellationToken));
            Console.WriteLine("Stopping …");
            var bad = await cluster.StopAsync(StopWithin);
            Console.WriteLine(bad.Count == 0 ? "All have ended." : $"Ended by force: {string.Join(", ", bad)}");
            return bad.Count == 0 ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // While it started.
            return 0;
        }
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

    private static async Task TellEndAsync(ClusterMember member)
    {
        await member.Process.EndsAsync(Timeout.InfiniteTimeSpan);
        Console.WriteLine($"{member.Name} has ended with status {member.Process.ExitCode}.");
    }
}

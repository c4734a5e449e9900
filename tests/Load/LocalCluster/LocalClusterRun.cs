using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Load.Experiments;
using Spectre.Console;

namespace OrleansSale.Tests.Load.LocalCluster;

/// <summary>A cluster on this machine.</summary>
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

    public static Command Command() => Experiment.Command<LocalClusterOptions>(
        "cluster", "Runs PostgreSQL, silos and fronts on loopback, until Ctrl-C.",
        (options, cancellationToken) =>
            new LocalClusterRun(options.Data?.FullName, options.Silos, options.Fronts, options.Port)
            .RunAsync(cancellationToken));
}

/// <summary>A cluster on this machine, from its start to the interrupt that ends it.</summary>
internal sealed class LocalClusterRun(string? folder, int silos, int fronts, int firstPort)
{
    private const string Database = "sale";

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Each program gets a session of its own: an interrupt at the terminal is for this one alone.</summary>
    private static readonly string[] Launcher = ["setsid"];

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        CheckPorts();
        try
        {
            Console.WriteLine("Starting PostgreSQL …");
            await using var postgres =
                await PostgresServer.StartAsync(Folder("postgres"), settings: null, cancellationToken);
            var identity = new ClusterIdentity(await postgres.FindDatabaseAsync(Database, cancellationToken));
            Console.WriteLine($"Starting {silos} silos and {fronts} fronts …");
            await using var cluster = await ClusterProcesses.StartAsync(Plan(identity), cancellationToken);
            Print(cluster, identity);
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
    }

    private void CheckPorts()
    {
        foreach (var port in Enumerable.Range(firstPort, fronts))
            if (!LoopbackPorts.IsFree(port))
                throw new EngineException($"port {port} is taken: choose another one with --port");
    }

    private string? Folder(string name) => folder is null ? null : Path.Combine(folder, name);

    private ClusterPlan Plan(ClusterIdentity identity) => new(identity, Secrets: null)
    {
        Silos = silos,
        Fronts = fronts,
        FirstFrontPort = firstPort,
        Demo = true,
        Launcher = Launcher,
        SandboxDirectory = Folder("sandbox"),
    };

    private void Print(ClusterProcesses cluster, ClusterIdentity identity)
    {
        var table = new Table().RoundedBorder().AddColumns("", "address", "process", "what is there");
        foreach (var front in cluster.Fronts)
            table.AddRow(front.Name, Text(front.Address), $"{front.Process.Id}", What(front == cluster.Fronts[0]));
        foreach (var silo in cluster.Silos)
            table.AddRow(silo.Name, Text(silo.Address), $"{silo.Process.Id}", "/health/ready");
        AnsiConsole.Write(table);
        var first = Text(cluster.Fronts[0].Address);
        Console.WriteLine(
            $"""
            Database: {identity.ConnectionString}{(folder is null ? "" : $" in {Path.GetFullPath(folder)}")}

            Open {first} or any other front: sign in, reserve, buy. A demo batch opens two minutes after its creation.
            An operator's token:
              curl -s {first}/dev/tokens -H 'Content-Type: application/json' \
                -d {"'{\"user\":\"me\",\"channel\":\"staff\",\"roles\":[\"operator\"]}'"}
            To see a failover, end one: kill -9 PROCESS. Ctrl-C stops everything.
            """);
    }

    private static string What(bool isFirst) => $"event page, API, /scalar{(isFirst ? ", sandbox cashier" : "")}";

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

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

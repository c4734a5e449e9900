using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Sellout;

internal sealed record SelloutOptions : ExperimentOptions
{
    private const int MaxProcesses = 16;

    [Description("Units in the batch."), Range(1, 10_000_000)]
    public int Units { get; init; } = 50_000;

    [Description("Users who reserve and buy one unit each."), Range(1, 1_000_000)]
    public int Buyers { get; init; } = 60_000;

    [Description("Keep-alive connections."), Range(1, 10_000)]
    public int Connections { get; init; } = 256;

    [Description("Silos of a cluster on a PostgreSQL of its own; 0: one process on SQLite files."),
        Range(0, MaxProcesses)]
    public int Cluster { get; init; }

    [Description("Fronts of the cluster."), Range(1, MaxProcesses)]
    public int Fronts { get; init; } = 1;

    [Description("Runs one process and the cluster (--cluster, 1 by default) by turns, so often each."), Range(0, 100)]
    public int Compare { get; init; }

    [Description("Decides who has a key, who double-clicks, and in which order they come."), Range(1, int.MaxValue)]
    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);
}

/// <summary>One sale from an empty engine to the audit of its ledger.</summary>
internal sealed class SelloutRun(SelloutOptions options)
{
    private const string Batch = "mi2-1", Embedded = "one process", Clustered = "cluster";

    /// <summary>What a cluster of one silo and one front is meant to reach, as a share of one process.</summary>
    private const double ClusterGoal = 0.6;
    private const int Rehearsals = 2, RehearsalBuyers = 2_000;

    private readonly Buyers _buyers = new(options);

    /// <summary>Runs one sale, or one process and a cluster by turns: noise disturbs both alike.</summary>
    public static async Task<Report> RunAsync(SelloutOptions options, CancellationToken cancellationToken)
    {
        if (options.Compare == 0) return await new SelloutRun(options).RunAsync(cancellationToken);
        var (reports, readings) = (new List<Report>(), new List<Reading>());
        for (var round = 1; round <= options.Compare; round++)
        {
            foreach (var (name, silos) in ((string, int)[])[(Embedded, 0), (Clustered, Math.Max(1, options.Cluster))])
            {
                var report = await new SelloutRun(options with { Cluster = silos }).RunAsync(cancellationToken);
                report.Print();
                reports.Add(report);
                readings.Add(new Reading(name, round, new Dictionary<string, double>
                {
                    [Witnesses.PurchasesPerSecond] = (double)report.Figures[Witnesses.PurchasesPerSecond]!,
                }, report.Failures));
            }
        }

        var ratio = readings.Quotient(Clustered, Embedded, Witnesses.PurchasesPerSecond)!.Value;
        return new Report
        {
            Surroundings = reports[0].Surroundings,
            Figures = new Figures { ["ratio"] = ratio.Median, ["sales"] = reports },
            Tables = [FigureTable.Of("", [.. readings.Rows()])],
            Goals = [new Goal("cluster ÷ one process", ratio, ClusterGoal)],
            Failures = [.. readings.Failures()],
        };
    }

    private async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Selling {options.Units} units to {options.Buyers} buyers; seed {options.Seed} …");
        await using var engine = options.Cluster == 0
            ? await EngineUnderLoad.StartAsync(cancellationToken)
            : await EngineUnderLoad.StartClusterAsync(options.Cluster, options.Fronts, cancellationToken);
        return await Market.RunAsync(engine, market => SellAsync(market, cancellationToken));
    }

    private async Task<Report> SellAsync(Market market, CancellationToken cancellationToken)
    {
        using var wire = market.Connect(options.Connections);
        // An engine that has never reserved before is slower. These buyers tell how long it will take.
        for (var rehearsal = 1; rehearsal <= Rehearsals; rehearsal++)
        {
            await market.ReserveAsync(
                $"rehearsal-{rehearsal}", 1, Math.Min(options.Buyers, RehearsalBuyers), wire, cancellationToken,
                DateTimeOffset.UtcNow.AddHours(1));
        }

        var (opens, reservations) =
            await market.ReserveAsync(Batch, options.Units, options.Buyers, wire, cancellationToken);
        _buyers.GiveTickets(reservations);
        var clicks = _buyers.Click(market.Writer, Batch, opens);
        var wait = opens - DateTimeOffset.UtcNow;
        if (wait <= TimeSpan.Zero) throw new EngineException("the sale opened before the buyers were ready");
        await Task.Delay(wait, cancellationToken);

        var (engine, generator) = (market.Engine.Usage().Processor, Environment.CpuUsage.TotalTime);
        await wire.RunAsync(clicks, cancellationToken);
        (engine, generator) = (market.Engine.Usage().Processor - engine, Environment.CpuUsage.TotalTime - generator);
        var sale = await market.ReadAsync(Batch, cancellationToken);
        var usage = market.Engine.Usage();
        var cost = new Figures
        {
            ["durability"] = market.Engine.Durability,
            ["startToFirstAnswerSeconds"] = market.Engine.Processes.Max(one => one.ToFirstAnswer).TotalSeconds,
            ["reservationsPerSecond"] = reservations.PerSecond,
            // From the opening to the last answer; a database server's is not in it.
            ["engineProcessorSeconds"] = engine.TotalSeconds,
            ["generatorProcessorSeconds"] = generator.TotalSeconds,
            ["residentMegabytes"] = usage.ResidentBytes / 1e6,
            ["peakResidentMegabytes"] = usage.PeakResidentBytes / 1e6,
            ["managedHeapMegabytes"] = await market.Engine.ManagedMegabytesAsync(),
        };
        return new Witnesses(
            options, _buyers, clicks, sale, await market.BoardDisagreesAsync(Batch, sale, cancellationToken),
            await market.Engine.CountSuspectedAsync(cancellationToken)).Report(opens, cost);
    }
}

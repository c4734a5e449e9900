using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What to sell to whom, and how hard to push.</summary>
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

    [Description("Decides who has a key, who double-clicks, and in which order they come; 0: a random one, which is " +
        "printed."), Range(0, int.MaxValue)]
    public int Seed { get; init; }

    [Description("Keep the engine's data.")]
    public bool Keep { get; init; }
}

/// <summary>One sale from an empty engine to the audit of its ledger.</summary>
internal sealed class SelloutRun(SelloutOptions options)
{
    private const string Batch = "mi2-1", Rehearsal = "rehearsal";
    private const string Embedded = "one process", Clustered = "cluster";

    /// <summary>What a cluster of one silo and one front is meant to reach, as a share of one process.</summary>
    private const double ClusterGoal = 0.6;
    private const int RehearsalBuyers = 2_000, MaxReserveTries = 5;
    private const double LeastReserveSeconds = 3, ReserveMargin = 1.5;

    private readonly EngineSecrets _secrets = EngineSecrets.Make();
    private readonly Buyers _buyers = new(options);

    /// <summary>The command <c>sellout</c>.</summary>
    public static Command Command() => Experiment.Of<SelloutOptions>(
        "sellout", "Sells a batch to many buyers at once, and audits the ledger.", RunAsync);

    /// <summary>Runs one sale, or one process and a cluster by turns: noise disturbs both alike.</summary>
    private static async Task<Report> RunAsync(SelloutOptions given, CancellationToken cancellationToken)
    {
        var options = given with { Seed = given.Seed > 0 ? given.Seed : Random.Shared.Next(1, 1_000_000) };
        Console.WriteLine($"Selling {options.Units} units to {options.Buyers} buyers; seed {options.Seed}.");
        if (options.Compare == 0) return await new SelloutRun(options).RunAsync(cancellationToken);
        var reports = new List<Report>();
        var readings = new List<Reading>();
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

    /// <summary>Runs the sale, ends the engine, and deletes its data unless it is to be kept.</summary>
    private async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine = await Progress.StageAsync("Start the engine", () => StartAsync(cancellationToken));
        return await Market.RunAsync(engine, _secrets, market => SellAsync(market, cancellationToken));
    }

    private Task<EngineUnderLoad> StartAsync(CancellationToken cancellationToken)
    {
        if (options.Cluster == 0)
            return EngineUnderLoad.StartAsync(_secrets, options.Keep, adjust: null, cancellationToken);
        var folder = options.Keep ? Directory.CreateTempSubdirectory("orleanssale-sellout-").FullName : null;
        if (folder is not null) Console.WriteLine($"The database is kept in {folder}");
        return EngineUnderLoad.StartClusterAsync(_secrets, options.Cluster, options.Fronts, folder, cancellationToken);
    }

    private async Task<Report> SellAsync(Market market, CancellationToken cancellationToken)
    {
        using var wire = market.Connect(options.Connections);
        var seconds = await ForeseeSecondsAsync(market, wire, cancellationToken);
        var opens = DateTimeOffset.UtcNow.AddSeconds(Math.Ceiling(seconds));
        await market.CreateAsync(Batch, options.Units, opens);
        var reservationsPerSecond = await ReserveAsync(market, wire, Batch, 0, options.Buyers, cancellationToken);
        var untilOpening = opens - DateTimeOffset.UtcNow;
        var opening = Stopwatch.GetTimestamp() + (long)(untilOpening.TotalSeconds * Stopwatch.Frequency);
        var clicks = _buyers.Click(market.Writer, Batch, opening);
        await WaitAsync(opens - DateTimeOffset.UtcNow, cancellationToken);

        var (engine, generator) = (market.Engine.Usage().Processor, Environment.CpuUsage.TotalTime);
        await Progress.StageAsync(
            "Sell", clicks.Count, () => clicks.Settled, () => wire.RunAsync(clicks, cancellationToken));
        (engine, generator) = (market.Engine.Usage().Processor - engine, Environment.CpuUsage.TotalTime - generator);
        var sale =
            await Progress.StageAsync("Audit the ledger", () => market.ReadAsync(Batch, cancellationToken));
        var usage = market.Engine.Usage();
        var cost = new Figures
        {
            ["durability"] = market.Engine.Durability,
            ["startToFirstAnswerSeconds"] = market.Engine.ToFirstAnswer.TotalSeconds,
            ["reservationsPerSecond"] = reservationsPerSecond,
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

    /// <summary>
    /// How long the reservations will take on this machine, with a margin: a batch's schedule is fixed when it is
    /// created. Some of the buyers reserve for another batch, which never opens.
    /// </summary>
    private async Task<double> ForeseeSecondsAsync(Market market, WireClient wire, CancellationToken cancellationToken)
    {
        await market.CreateAsync(Rehearsal, 1, DateTimeOffset.UtcNow.AddHours(1));
        var some = Math.Max(1, Math.Min(options.Buyers / 2, RehearsalBuyers));

        // The first ones find an engine that has never reserved before, and would foresee too long a time.
        await ReserveAsync(market, wire, Rehearsal, 0, some, cancellationToken);
        var rate = await ReserveAsync(market, wire, Rehearsal, options.Buyers - some, some, cancellationToken);
        return LeastReserveSeconds + ReserveMargin * options.Buyers / rate;
    }

    /// <summary>Reserves some of the buyers with their own tokens, and keeps the tickets.</summary>
    /// <returns>How many reserved in a second.</returns>
    private async Task<double> ReserveAsync(
        Market market, WireClient wire, string batch, int first, int count, CancellationToken cancellationToken)
    {
        var tokens = await Task.Run(
            () => RequestWriter.Many(first, count, buyer => market.Writer.Reservation(batch, buyer)),
            cancellationToken);
        var requests = new Requests(tokens) { MaxTries = MaxReserveTries };
        await Progress.StageAsync(
            batch == Rehearsal ? "Reserve, rehearsal" : "Reserve", count, () => requests.Settled,
            () => wire.RunAsync(requests, cancellationToken));
        if (requests.Successes < count)
            throw new EngineException(
                $"only {requests.Successes} of {count} buyers could reserve ({requests.Unexpected})");
        _buyers.GiveTickets(first, requests);
        return requests.PerSecond;
    }

    private static Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait <= TimeSpan.Zero) throw new EngineException("the sale opened before the buyers were ready");
        var start = Stopwatch.GetTimestamp();
        return Progress.StageAsync(
            "Wait for the opening", wait.TotalSeconds, () => Stopwatch.GetElapsedTime(start).TotalSeconds,
            () => Task.Delay(wait, cancellationToken));
    }
}

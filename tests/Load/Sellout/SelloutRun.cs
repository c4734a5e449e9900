using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Tests.Load.Sellout;

internal sealed record SelloutOptions : ExperimentOptions
{
    [Description("Units in the batch."), Range(1, 10_000_000)]
    public int Units { get; init; } = 50_000;

    [Description("Users who reserve and buy one unit each."), Range(1, 1_000_000)]
    public int Buyers { get; init; } = 60_000;

    [Description("Keep-alive connections."), Range(1, 10_000)]
    public int Connections { get; init; } = 256;

    [Description("Silos of a cluster with one front on a PostgreSQL of its own; 0: one process on SQLite files."),
        Range(0, 16)]
    public int Cluster { get; init; }

    [Description("Runs one process and the cluster (--cluster, 1 by default) by turns, so often each."), Range(0, 100)]
    public int Compare { get; init; }
}

/// <summary>Sales from an empty engine to the audit of its ledger.</summary>
internal static class SelloutRun
{
    private const string Batch = "mi2-1", Embedded = "one process", Clustered = "cluster";

    private const string PurchasesPerSecond = "durablePurchasesPerSecond";

    /// <summary>What a cluster of one silo and one front is meant to reach, as a share of one process.</summary>
    private const double ClusterGoal = 0.6;

    private const int Rehearsals = 2, RehearsalBuyers = 2_000, ViolationsShown = 20;

    /// <summary>The refusals that a buyer with a ticket may get at a sale that is open.</summary>
    private const string SoldOut = "sold-out", Overloaded = "overloaded";

    /// <summary>Runs one sale, or one process and a cluster by turns: noise disturbs both alike.</summary>
    public static async Task<Report> RunAsync(SelloutOptions options, CancellationToken cancellationToken)
    {
        if (options.Compare == 0) return await SellAsync(options, cancellationToken);
        var sales = await Rounds.RunAsync(options.Compare, [0, Math.Max(1, options.Cluster)], async (round, silos) =>
        {
            var report = await SellAsync(options with { Cluster = silos }, cancellationToken);
            return new Reading(
                silos == 0 ? Embedded : Clustered, round,
                new Dictionary<string, double> { [PurchasesPerSecond] = (double)report.Figures[PurchasesPerSecond]! },
                report.Broken);
        });
        var goal = Check.Goal(
            "cluster ÷ one process", sales.Quotient(Clustered, Embedded, PurchasesPerSecond), ClusterGoal);
        return Report.Of(sales, FigureTable.Rows("", sales.Rows()), [goal], []);
    }

    private static Task<Report> SellAsync(SelloutOptions options, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Selling {options.Units} units to {options.Buyers} buyers …");
        var starting = options.Cluster == 0
            ? EngineUnderLoad.StartAsync(onPostgres: false, cancellationToken)
            : EngineUnderLoad.StartClusterAsync(options.Cluster, cancellationToken);
        return Market.RunAsync(starting, market => SellAsync(market, options, cancellationToken));
    }

    private static async Task<Report> SellAsync(
        Market market, SelloutOptions options, CancellationToken cancellationToken)
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
        var buyers = new Buyers(reservations);
        var clicks = buyers.Click(market.Writer, Batch, opens);
        var wait = opens - DateTimeOffset.UtcNow;
        if (wait <= TimeSpan.Zero) throw new EngineException("the sale opened before the buyers were ready");
        await Task.Delay(wait, cancellationToken);
        await wire.RunAsync(clicks, cancellationToken);
        return await JudgeAsync(market, options, opens, reservations, buyers, clicks, cancellationToken);
    }

    /// <summary>Times are from the opening, latencies from a click's intended start.</summary>
    private static async Task<Report> JudgeAsync(
        Market market, SelloutOptions options, DateTimeOffset opens, Requests reservations, Buyers buyers,
        Requests clicks, CancellationToken cancellationToken)
    {
        var (sale, violations) = await market.AuditAsync(Batch, buyers.Told(clicks), cancellationToken);
        var sold = sale.Units.Held + sale.Units.Sold;
        var toLastOrder = clicks.SecondsToLast(click => clicks.BodyOf(click) is not null);
        var unexpected = clicks.Refusals.Where(one => one.Key is not (SoldOut or Overloaded)).Sum(one => one.Value);
        var toSell = clicks.Refusals.ContainsKey(Overloaded) ? 0 : Math.Min(options.Units, options.Buyers);
        var figures = new Figures
        {
            ["durability"] = market.Engine.Durability,
            ["silos"] = options.Cluster,
            ["startToFirstAnswerSeconds"] = market.Engine.Processes.Max(one => one.ToFirstAnswer).TotalSeconds,
            ["reservationsPerSecond"] = reservations.PerSecond,
            ["clicks"] = clicks.Count,
            ["repeats"] = clicks.Repeats,
            ["unitsSold"] = sold,
            ["refusalsByCode"] = clicks.Refusals,
            // By the ledger's clock; null if units were left.
            ["secondsToLastUnitInLedger"] = (sale.SoldOutAt - opens.UtcDateTime)?.TotalSeconds,
            ["secondsToLastOrderAnswered"] = toLastOrder,
            [PurchasesPerSecond] = toLastOrder > 0 ? sold / toLastOrder : 0,
            ["latencyMs"] = clicks.Latencies(_ => true),
            ["residentMegabytes"] = market.Engine.ResidentMegabytes,
            ["managedHeapMegabytes"] = await market.Engine.ManagedMegabytesAsync(),
        };
        return new Report
        {
            Figures = figures,
            Tables = [FigureTable.Columns("", [figures])],
            Checks =
            [
                Check.AtMost("promises broken, by the ledger and what clients were told", violations.Count, 0),
                Check.AtMost("undecided requests", clicks.CountOf(Fate.Undecided), 0),
                Check.AtMost("refusals that no buyer with a ticket should get", unexpected, 0),
                Check.AtLeast("units sold, unless buyers were told to come back", sold, toSell),
                Check.AtMost(
                    "healthy silos suspected of being dead", await market.Engine.CountSuspectedAsync(cancellationToken),
                    0),
            ],
            Failures =
            [
                .. violations.Take(ViolationsShown),
                .. await market.BoardDisagreesAsync(Batch, sale, cancellationToken) is { } otherwise
                    ? (string[])[otherwise]
                    : [],
            ],
        };
    }
}

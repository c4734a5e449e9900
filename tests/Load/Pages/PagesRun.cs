using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Pages;

internal sealed record PagesOptions : ExperimentOptions
{
    [Description("First visits to the page of the sale."), Range(1, 1_000_000)]
    public int Loads { get; init; } = 10_000;

    [Description("Seconds over which these are spread."), Range(1, 3_600)]
    public int WithinSeconds { get; init; } = 60;

    [Description("Purchases of each sale."), Range(1_000, 10_000_000)]
    public int Purchases { get; init; } = 300_000;

    [Description("Sales without visits and with them, by turns."), Range(1, 100)]
    public int Rounds { get; init; } = 5;
}

/// <summary>
/// Sales by turns: one whose page nobody loads, one whose page is loaded at the pace asked for, and one during which
/// all loads come.
/// </summary>
internal sealed class PagesRun(Market market, PagesOptions options)
{
    private const int WarmUpSales = 3, BuyerConnections = 64, VisitorConnections = 64;

    /// <summary>An answer with a whole file of a page.</summary>
    private const int MaxAnswerBytes = 128 * 1024;

    /// <summary>What must be left of the throughput that purchases have without visits.</summary>
    private const double LeastThroughput = 0.9;

    private const string Alone = "nobody", Spread = "spread", Together = "all during the sale";

    private const string PerSecond = "purchasesPerSecond", LoadsPerSecond = "loadsPerSecond",
        HostMicroseconds = "processorMicrosecondsAPurchase";

    /// <summary>How long a sale takes, by the last one.</summary>
    private double _seconds = 1;

    public static async Task<Report> RunAsync(PagesOptions options, CancellationToken cancellationToken)
    {
        var starting = EngineUnderLoad.StartAsync(onPostgres: false, cancellationToken);
        var turns = await Market.RunAsync(starting, async market =>
        {
            var run = new PagesRun(market, options);
            Console.WriteLine("Warming up …");
            for (var sale = 1; sale <= WarmUpSales; sale++) await run.SellAsync(sale, Together, cancellationToken);
            return await Rounds.RunAsync<string>(
                options.Rounds, [Alone, Spread, Together],
                (round, turn) => run.SellAsync(round, turn, cancellationToken));
        });
        return Report.Of(
            turns, FigureTable.Rows("Median (least–most) of the rounds", turns.Rows()),
            [
                Check.Goal(
                    $"purchases with {options.Loads:n0} loads in {options.WithinSeconds} s ÷ without",
                    turns.Quotient(Spread, Alone, PerSecond), LeastThroughput),
                Check.Goal("… and with all of them during this sale ÷ without",
                    turns.Quotient(Together, Alone, PerSecond), null),
            ],
            new Figures { ["loads"] = options.Loads, ["purchases"] = options.Purchases },
            "A load is a first visit: the page, its files, and what its script asks for, without the event stream.",
            "Processor time is the engine's, with the loads in it.");
    }

    private async Task<Reading> SellAsync(int round, string turn, CancellationToken cancellationToken)
    {
        var batch = market.NextBatch();
        await market.CreateAsync(batch, options.Purchases);
        var purchases = new Requests(market.Purchases(batch, 0, options.Purchases));
        var loads = turn switch
        {
            Alone => 0,
            Spread => (int)Math.Ceiling(options.Loads * _seconds / options.WithinSeconds),
            _ => options.Loads,
        };
        var page = await PageLoad.ReadAsync(market, batch, cancellationToken);
        GC.Collect();
        var meter = new UsageMeter(market.Engine.Processes[0].Id);
        var visiting = VisitAsync(page, loads, loads / _seconds, cancellationToken);
        await market.SendAsync(purchases, BuyerConnections, cancellationToken);
        var used = meter.Stop();
        var perSecond = Market.RequireAll(purchases);
        var loadsPerSecond = await visiting;
        _seconds = options.Purchases / perSecond;
        return new Reading(turn, round, new Dictionary<string, double>
        {
            [PerSecond] = perSecond,
            [LoadsPerSecond] = loadsPerSecond,
            [HostMicroseconds] = used.HostSeconds * 1e6 / options.Purchases,
            [Usage.Others] = used.OthersShare,
        }, []);
    }

    /// <summary>Loads a page so often, at this rate.</summary>
    /// <returns>Loads a second, until the last was answered.</returns>
    private async Task<double> VisitAsync(
        byte[][] page, int loads, double perSecond, CancellationToken cancellationToken)
    {
        if (loads == 0) return 0;
        var requests = new Requests(
            [.. Enumerable.Range(0, loads).SelectMany(_ => page)], perSecond * page.Length, keepsBodies: false)
        {
            Expected = Fate.Repeated,
        };
        using var wire = market.Connect(VisitorConnections, MaxAnswerBytes);
        await wire.RunAsync(requests, cancellationToken);
        return requests.Good == requests.Count
            ? requests.PerSecond / page.Length
            : throw new EngineException(
                $"only {requests.Good} of {requests.Count} requests were answered ({requests.Unexpected})");
    }
}

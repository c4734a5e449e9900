using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>How much more to ask of the engine than it can do.</summary>
internal sealed record OverloadOptions : ExperimentOptions
{
    [Description("Length of a flood."), Range(5, 600)]
    public int Seconds { get; init; } = 30;

    [Description("What the slowed ledger takes in a second."), Range(100, 100_000)]
    public int LedgerPerSecond { get; init; } = 2_000;

    [Description("Keep-alive connections of a flood: as many purchases can be under way at once."), Range(100, 100_000)]
    public int Connections { get; init; } = 10_000;

    [Description("Leave out the flood at the real ledger, at the socket's limit.")]
    public bool SlowedOnly { get; init; }
}

/// <summary>
/// Floods one engine: measures its peak in a closed loop, and then asks for multiples of it, on a fresh batch each
/// time. Every purchase is by another user.
/// </summary>
internal sealed class OverloadRun(OverloadOptions options)
{
    private const int RealPeakPurchases = 100_000, RealWarmUpPurchases = 30_000, SlowedPeakSeconds = 8,
        SlowedWarmUpSeconds = 2, PeakConnections = 256, TrickleConnections = 600, ViolationsShown = 10;

    /// <summary>Arrivals as multiples of the peak. An engine's first flood is judged less strictly.</summary>
    private static readonly int[] SlowedFactors = [2, 2, 4], RealFactors = [2];

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly EngineSecrets _secrets = EngineSecrets.Make();

    /// <summary>The command <c>overload</c>.</summary>
    public static Command Command() => Experiment.Of<OverloadOptions>(
        "overload", "Asks for 2 and 4 times what the engine can do, and checks what becomes of it.", RunAsync);

    private static Task<Report> RunAsync(OverloadOptions options, CancellationToken cancellationToken) =>
        new OverloadRun(options).RunAsync(cancellationToken);

    private async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        var floods = await FloodAsync(
            OverloadFindings.Slowed,
            engine => engine with
            {
                Assembly = WorkingCopy.ProgramOf("tests/Slowed") + ".dll",
                Settings = new Dictionary<string, string> { ["purchases-per-second"] = $"{options.LedgerPerSecond}" },
            },
            options.LedgerPerSecond * SlowedWarmUpSeconds, options.LedgerPerSecond * SlowedPeakSeconds, SlowedFactors,
            cancellationToken);
        if (!options.SlowedOnly)
        {
            floods.AddRange(await FloodAsync(
                "real", adjust: null, RealWarmUpPurchases, RealPeakPurchases, RealFactors, cancellationToken));
        }

        var columns = floods.Select(one => ($"{one.Flood.Ledger}, {one.Flood.Name}", Figures.Of(one.Seen))).ToList();
        return new Report
        {
            Surroundings = Survey.Take(),
            Figures = new Figures
            {
                ["ledgerPerSecond"] = options.LedgerPerSecond,
                ["connections"] = options.Connections,
                ["floods"] = floods.Select(one => new { one.Flood, one.Seen }),
            },
            Tables = [FigureTable.SideBySide("latencies in ms", columns)],
            Checks = [.. floods.SelectMany(one => OverloadFindings.Judge(one.Flood, one.Seen, options.Connections))],
            Failures = [.. floods.SelectMany(one => one.Seen.Violations)],
        };
    }

    private async Task<List<(Flood Flood, Pressure Seen)>> FloodAsync(
        string ledger, Func<EngineOptions, EngineOptions>? adjust, int warmUp, int peakPurchases, int[] factors,
        CancellationToken cancellationToken)
    {
        await using var engine = await Progress.StageAsync(
            $"Start the engine, {ledger} ledger",
            () => EngineUnderLoad.StartAsync(_secrets, keeps: false, adjust, cancellationToken));
        return await Market.RunAsync(engine, _secrets, async market =>
        {
            await PeakAsync(market, $"Warm up, {ledger} ledger", warmUp, cancellationToken);
            var peak = await PeakAsync(market, $"Peak, closed loop, {ledger} ledger", peakPurchases, cancellationToken);
            var floods = new List<(Flood, Pressure)>();
            foreach (var factor in factors)
            {
                var flood = new Flood(ledger, peak, factor, floods.Count == 0);
                floods.Add((flood, await FloodAsync(market, flood, cancellationToken)));
            }

            return floods;
        });
    }

    /// <summary>Purchases a second when every buyer waits for the answer before the next purchase.</summary>
    private async Task<double> PeakAsync(Market market, string name, int purchases, CancellationToken cancellationToken)
    {
        var (_, sold) = await market.SellOutAsync(purchases, requests => Progress.StageAsync(
            name, purchases, () => requests.Settled,
            () => market.SendAsync(requests, PeakConnections, cancellationToken)));
        return Market.RequireAll(sold);
    }

    private async Task<Pressure> FloodAsync(Market market, Flood flood, CancellationToken cancellationToken)
    {
        var (perSecond, batch) = (flood.PeakPerSecond * flood.Factor, market.NextBatch());
        var lasts = Trickle.Before + TimeSpan.FromSeconds(options.Seconds) + Trickle.After;
        var (many, few) = ((int)(perSecond * options.Seconds), (int)(Trickle.PerSecond * lasts.TotalSeconds));
        await market.CreateAsync(batch, many + few);
        var (floodRequests, trickleRequests) = (market.Purchases(batch, 0, many), market.Purchases(batch, many, few));

        // What was prepared is cleared away now, not while latencies are taken.
        GC.Collect();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var purchases = new Requests(floodRequests, perSecond) { StartsIn = Trickle.Before };
        var trickle = new Requests(trickleRequests, Trickle.PerSecond);
        var watching = WatchMemoryAsync(market.Engine, ends.Token);
        await Progress.StageAsync(
            $"Flood {flood.Factor}×, {flood.Ledger} ledger", many, () => purchases.Settled,
            () => Task.WhenAll(
                market.SendAsync(purchases, options.Connections, cancellationToken),
                market.SendAsync(trickle, TrickleConnections, cancellationToken)));
        await ends.CancelAsync();
        var memory = await watching;
        var (_, violations) = await Progress.StageAsync(
            "Audit the ledger", () => market.AuditAsync(batch, cancellationToken, purchases, trickle));
        return Pressure.Of(purchases, trickle, memory, [.. violations.Take(ViolationsShown)]);
    }

    private static async Task<List<MemorySample>> WatchMemoryAsync(EngineUnderLoad engine, CancellationToken ends)
    {
        var samples = new List<MemorySample>();
        while (!ends.IsCancellationRequested)
        {
            var at = Stopwatch.GetTimestamp();
            var managed = await engine.ManagedMegabytesAsync();
            samples.Add(new MemorySample(at, engine.Usage().ResidentBytes / 1e6, managed));
            await Task.Delay(LookInterval, ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return samples;
    }
}

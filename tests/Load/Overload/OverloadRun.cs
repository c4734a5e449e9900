using System.CommandLine;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>
/// Floods one engine: measures its peak in a closed loop, and then asks for multiples of it, on a fresh batch each
/// time. Every purchase is by another user.
/// </summary>
internal sealed class OverloadRun(OverloadOptions options, Progress progress)
{
    private const int RealPeakPurchases = 100_000, RealWarmUpPurchases = 30_000, SlowedPeakSeconds = 8,
        SlowedWarmUpSeconds = 2;
    private const int RealFactor = 2, TrickleConnections = 600;

    private readonly EngineSecrets _secrets = EngineSecrets.Make();

    /// <summary>The command <c>overload</c>.</summary>
    public static Command Command() => Experiment.Of<OverloadOptions>(
        "overload", "Asks for 2 and 4 times what the engine can do, and checks what becomes of it.", RunAsync);

    private static async Task<Report> RunAsync(OverloadOptions options, CancellationToken cancellationToken)
    {
        var floods =
            await Progress.ShowAsync(progress => new OverloadRun(options, progress).RunAsync(cancellationToken));
        return new OverloadReport
        {
            Surroundings = Survey.Take(),
            LedgerPerSecond = options.LedgerPerSecond,
            Connections = options.Connections,
            Floods = floods,
            Checks = OverloadFindings.Judge(floods, options),
            Failures = [.. floods.SelectMany(flood => flood.Violations)],
        };
    }

    /// <summary>Runs all floods. The engines have ended and their data is gone when this returns.</summary>
    public async Task<IReadOnlyList<Pressure>> RunAsync(CancellationToken cancellationToken)
    {
        var slowed = await FloodAsync(
            OverloadFindings.Slowed,
            engine => engine with
            {
                Assembly = Built.Slowed,
                Settings = new Dictionary<string, string> { ["purchases-per-second"] = $"{options.LedgerPerSecond}" },
            },
            options.LedgerPerSecond * SlowedWarmUpSeconds,
            options.LedgerPerSecond * SlowedPeakSeconds,
            [options.Factors[0], .. options.Factors],
            cancellationToken);
        if (options.SlowedOnly) return slowed;
        var real = await FloodAsync(
            "real", adjust: null, RealWarmUpPurchases, RealPeakPurchases, [RealFactor], cancellationToken);
        return [.. slowed, .. real];
    }

    private async Task<List<Pressure>> FloodAsync(
        string ledger, Func<EngineOptions, EngineOptions>? adjust, int warmUp, int peakPurchases,
        IReadOnlyList<int> factors,
        CancellationToken cancellationToken)
    {
        await using var engine = await progress.StageAsync(
            $"Start the engine, {ledger} ledger", () =>
                EngineUnderLoad.StartAsync(_secrets, false, adjust, cancellationToken));
        return await Market.RunAsync(engine, _secrets, async market =>
        {
            await PeakAsync(market, $"Warm up, {ledger} ledger", warmUp, cancellationToken);
            var peak = await PeakAsync(market, $"Peak, closed loop, {ledger} ledger", peakPurchases, cancellationToken);
            var floods = new List<Pressure>();
            foreach (var factor in factors)
                floods.Add(
                    await FloodAsync(market, new Flood(ledger, peak, factor, floods.Count == 0), cancellationToken));
            return floods;
        });
    }

    /// <summary>Purchases a second when every buyer waits for the answer before the next purchase.</summary>
    private async Task<double> PeakAsync(Market market, string name, int purchases, CancellationToken cancellationToken)
    {
        using var wire = market.Connect(options.PeakConnections);
        var (_, sold) = await market.SellOutAsync(purchases, requests => progress.StageAsync(
            name, purchases, () => requests.Settled, () => wire.RunAsync(requests, cancellationToken)));
        return Market.RequireAll(sold);
    }

    private async Task<Pressure> FloodAsync(Market market, Flood flood, CancellationToken cancellationToken)
    {
        var (perSecond, batch) = (flood.Peak * flood.Factor, market.NextBatch());
        var (many, few) = ((int)(perSecond * options.Seconds),
            (int)(Trickle.PerSecond * (
                Trickle.Before + TimeSpan.FromSeconds(options.Seconds) + Trickle.After).TotalSeconds));
        await market.Chef.CreateAsync(batch, many + few);
        var (floodRequests, trickleRequests) = (market.Purchases(batch, 0, many), market.Purchases(batch, many, few));

        // What was prepared is cleared away now, not while latencies are taken.
        GC.Collect();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var memory = new MemoryWatch(market.Engine);
        var purchases = new Requests(floodRequests, perSecond) { StartsIn = Trickle.Before };
        var trickle = new Requests(trickleRequests, Trickle.PerSecond);
        var watching = memory.RunAsync(ends.Token);
        await progress.StageAsync(
            $"Flood {flood.Factor}×, {flood.Ledger} ledger", many, () => purchases.Settled,
            () => Task.WhenAll(
                market.SendAsync(purchases, options.Connections, cancellationToken),
                market.SendAsync(trickle, TrickleConnections, cancellationToken)));
        await ends.CancelAsync();
        await watching;
        var (sale, violations) = await progress.StageAsync(
            "Audit the ledger", () => market.AuditAsync(batch, cancellationToken, purchases, trickle));
        return PressureReading.Of(flood, new Witnesses(purchases, trickle, memory.Samples, sale, violations));
    }
}

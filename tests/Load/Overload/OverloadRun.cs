using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Tests.Load.Overload;

internal sealed record OverloadOptions : ExperimentOptions
{
    [Description("Length of a flood."), Range(5, 600)]
    public int Seconds { get; init; } = 30;

    [Description("Keep-alive connections of a flood: as many purchases can be under way at once."), Range(100, 100_000)]
    public int Connections { get; init; } = 10_000;
}

/// <summary>
/// Floods one engine: measures its peak in a closed loop, and then asks for multiples of it, on a fresh batch each
/// time. Every purchase is by another user.
/// </summary>
internal sealed class OverloadRun(OverloadOptions options)
{
    /// <summary>What the slowed ledger takes in a second.</summary>
    private const int LedgerPerSecond = 2_000;

    private const int RealPeakPurchases = 100_000, RealWarmUpPurchases = 30_000, SlowedPeakSeconds = 8,
        SlowedWarmUpSeconds = 2, PeakConnections = 256, TrickleConnections = 600, ViolationsShown = 10;

    /// <summary>Arrivals as multiples of the peak. An engine's first flood is judged less strictly.</summary>
    private static readonly int[] SlowedFactors = [2, 2, 4], RealFactors = [2];

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        var slowed = await FloodAsync(
            Flood.Slowed, LedgerPerSecond * SlowedWarmUpSeconds, LedgerPerSecond * SlowedPeakSeconds, SlowedFactors,
            cancellationToken, engine => engine with
            {
                Assembly = WorkingCopy.ProgramOf("tests/Slowed") + ".dll",
                Settings = new Dictionary<string, string> { ["purchases-per-second"] = $"{LedgerPerSecond}" },
            });
        var real = await FloodAsync(
            "real", RealWarmUpPurchases, RealPeakPurchases, RealFactors, cancellationToken);
        (Flood Flood, Pressure Seen)[] floods = [.. slowed, .. real];
        var columns = floods.Select(one => Figures.Of(one.Seen, $"{one.Flood.Ledger}, {one.Flood.Name}"));
        return new Report
        {
            Figures = new Figures
            {
                ["ledgerPerSecond"] = LedgerPerSecond,
                ["connections"] = options.Connections,
                ["floods"] = floods.Select(one => new { one.Flood, one.Seen }),
            },
            Tables = [FigureTable.Columns("Latencies in ms", columns)],
            Checks = [.. floods.SelectMany(one => OverloadFindings.Judge(one.Flood, one.Seen, options.Connections))],
            Failures = [.. floods.SelectMany(one => one.Seen.Violations)],
        };
    }

    private Task<List<(Flood Flood, Pressure Seen)>> FloodAsync(
        string ledger, int warmUp, int peakPurchases, int[] factors, CancellationToken cancellationToken,
        Func<EngineOptions, EngineOptions>? adjust = null)
    {
        Console.WriteLine($"Warming up an engine on the {ledger} ledger, and measuring its peak …");
        var starting = EngineUnderLoad.StartAsync(onPostgres: false, cancellationToken, adjust);
        return Market.RunAsync(starting, async market =>
        {
            await market.SellOutAsync(warmUp, PeakConnections, cancellationToken);
            var (_, sold) = await market.SellOutAsync(peakPurchases, PeakConnections, cancellationToken);
            var floods = new List<(Flood, Pressure)>();
            foreach (var factor in factors)
            {
                var flood = new Flood(ledger, sold.PerSecond, factor, floods.Count == 0);
                floods.Add((flood, await FloodAsync(market, flood, cancellationToken)));
            }

            return floods;
        });
    }

    private async Task<Pressure> FloodAsync(Market market, Flood flood, CancellationToken cancellationToken)
    {
        Console.WriteLine(Invariant($"Flood of {flood.Factor} × {flood.PeakPerSecond:n0} purchases a second …"));
        var (perSecond, batch) = (flood.PeakPerSecond * flood.Factor, market.NextBatch());
        var lasts = Trickle.Before + TimeSpan.FromSeconds(options.Seconds) + Trickle.After;
        var (many, few) = ((int)(perSecond * options.Seconds), (int)(Trickle.PerSecond * lasts.TotalSeconds));
        await market.CreateAsync(batch, many + few);
        var (floodRequests, trickleRequests) = (market.Purchases(batch, 0, many), market.Purchases(batch, many, few));

        // The garbage of the preparation is collected now, not while latencies are taken.
        GC.Collect();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var purchases = new Requests(floodRequests, perSecond) { StartsIn = Trickle.Before };
        var trickle = new Requests(trickleRequests, Trickle.PerSecond);
        var watching = WatchMemoryAsync(market.Engine, ends.Token);
        await Task.WhenAll(
            market.SendAsync(purchases, options.Connections, cancellationToken),
            market.SendAsync(trickle, TrickleConnections, cancellationToken));
        await ends.CancelAsync();
        var (_, violations) = await market.AuditAsync(batch, cancellationToken, purchases, trickle);
        return Pressure.Of(purchases, trickle, await watching, [.. violations.Take(ViolationsShown)]);
    }

    private static async Task<List<MemorySample>> WatchMemoryAsync(EngineUnderLoad engine, CancellationToken ends)
    {
        var samples = new List<MemorySample>();
        while (!ends.IsCancellationRequested)
        {
            var at = Stopwatch.GetTimestamp();
            var managed = await engine.ManagedMegabytesAsync()
                ?? throw new EngineException("the engine does not report its managed heap");
            samples.Add(new MemorySample(at, engine.ResidentMegabytes, managed));
            await Task.Delay(LookInterval, ends).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return samples;
    }
}

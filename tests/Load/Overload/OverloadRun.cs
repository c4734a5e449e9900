using System.Net;
using System.Reflection;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Compare.Shoppers;
using OrleansSale.Tests.Load.Sellout;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>
/// Floods one engine: measures its peak in a closed loop, and then asks for multiples of it, on a fresh batch each time. Every
/// purchase is a user's of its own.
/// </summary>
internal sealed class OverloadRun(OverloadOptions options, Progress progress)
{
    private const int RealPeakPurchases = 100_000, RealWarmUpPurchases = 30_000, SlowedPeakSeconds = 8, SlowedWarmUpSeconds = 2;
    private const int RealFactor = 2;
    private const int TrickleConnections = 600;

    /// <summary>An answer is bound to 10 s by the engine; what takes longer than this is lost.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private readonly EngineSecrets _secrets = EngineSecrets.Make();
    private int _batches;

    /// <summary>Runs all floods. The engines have ended and their data is gone when this returns.</summary>
    public async Task<IReadOnlyList<Pressure>> RunAsync(CancellationToken cancellationToken)
    {
        var slowed = await FloodAsync(
            OverloadFindings.Slowed,
            folder => new EngineOptions(folder, _secrets)
            {
                Assembly = Built("SlowedAssembly"),
                Settings = new Dictionary<string, string> { ["purchases-per-second"] = $"{options.LedgerPerSecond}" },
            },
            options.LedgerPerSecond * SlowedWarmUpSeconds,
            options.LedgerPerSecond * SlowedPeakSeconds,
            [options.Factors[0], .. options.Factors],
            cancellationToken);
        if (!options.IncludesReal) return slowed;
        var real = await FloodAsync(
            "real", folder => new EngineOptions(folder, _secrets), RealWarmUpPurchases, RealPeakPurchases, [RealFactor], cancellationToken);
        return [.. slowed, .. real];
    }

    private async Task<List<Pressure>> FloodAsync(
        string ledger, Func<string, EngineOptions> optionsOn, int warmUp, int peakPurchases, IReadOnlyList<int> factors,
        CancellationToken cancellationToken)
    {
        await using var engine = await progress.StageAsync(
            $"Start the engine, {ledger} ledger", () => EmbeddedEngine.StartAsync(optionsOn, keeps: false, cancellationToken));
        try
        {
            using var chef = new SaleOperator(engine.Fronts[0], _secrets);
            var sale = new Place(ledger, engine, chef, new RequestWriter(_secrets, Credential.Ticket, engine.Fronts[0].Authority));
            await PeakAsync(sale, "Warm up", warmUp, cancellationToken);
            var peak = await PeakAsync(sale, "Peak, closed loop", peakPurchases, cancellationToken);
            var floods = new List<Pressure>();
            foreach (var factor in factors) floods.Add(await FloodAsync(sale, peak, factor, floods.Count == 0, cancellationToken));
            return floods;
        }
        catch (Exception exception) when (exception is EngineException or HttpRequestException)
        {
            throw new EngineException($"{exception.Message}\n--- the engine's last lines:\n{engine.Output}");
        }
    }

    /// <summary>Purchases a second when everybody waits for the answer before the next one.</summary>
    private async Task<double> PeakAsync(Place place, string name, int purchases, CancellationToken cancellationToken)
    {
        var batch = $"batch-{++_batches}";
        await place.Chef.CreateAsync(batch, purchases);
        var work = new Flood(place.Writer.Write(batch, 0, purchases), double.PositiveInfinity);
        using var wire = Wire(place, options.PeakConnections);
        await progress.StageAsync(
            $"{name}, {place.Ledger} ledger", purchases, () => work.Settled, () => wire.RunAsync(work, cancellationToken));
        if (work.CountOf(Fate.Accepted) != purchases)
            throw new EngineException($"only {work.CountOf(Fate.Accepted)} of {purchases} purchases were accepted ({work.LastFailure})");
        return work.AcceptedPerSecond(work.Start, work.LastAnswer() + 1);
    }

    private async Task<Pressure> FloodAsync(Place place, double peak, int factor, bool isFirst, CancellationToken cancellationToken)
    {
        var (perSecond, batch) = (peak * factor, $"batch-{++_batches}");
        var (many, few) = ((int)(perSecond * options.Seconds),
            (int)(Trickle.PerSecond * (Trickle.Before + TimeSpan.FromSeconds(options.Seconds) + Trickle.After).TotalSeconds));
        await place.Chef.CreateAsync(batch, many + few);
        var (floodRequests, trickleRequests) = (place.Writer.Write(batch, 0, many), place.Writer.Write(batch, many, few));

        // What was prepared is cleared away now, not while latencies are taken.
        GC.Collect();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var memory = new MemoryWatch(place.Engine);
        var flood = new Flood(floodRequests, perSecond, Trickle.Before);
        var purchases = new Flood(trickleRequests, Trickle.PerSecond);
        using var wide = Wire(place, options.Connections);
        using var narrow = Wire(place, TrickleConnections);
        var watching = memory.RunAsync(ends.Token);
        await progress.StageAsync(
            $"Flood {factor}×, {place.Ledger} ledger", many, () => flood.Settled,
            () => Task.WhenAll(wide.RunAsync(flood, cancellationToken), narrow.RunAsync(purchases, cancellationToken)));
        await ends.CancelAsync();
        await watching;
        var sale = await progress.StageAsync("Audit the ledger", () => place.Chef.AuditAsync(batch, cancellationToken));
        return PressureReading.Of(place.Ledger, peak, factor, isFirst, new Witnesses(flood, purchases, memory.Samples, sale));
    }

    private static WireClient Wire(Place place, int connections) =>
        new([new IPEndPoint(IPAddress.Loopback, place.Engine.Fronts[0].Port)], connections, AnswerWithin);

    private static string Built(string key) => typeof(OverloadRun).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    /// <summary>An engine, and who asks what of it.</summary>
    private sealed record Place(string Ledger, IEngineUnderLoad Engine, SaleOperator Chef, RequestWriter Writer);
}

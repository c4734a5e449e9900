using System.Net;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Compare.Shoppers;
using OrleansSale.Tests.Load.Overload;
using OrleansSale.Tests.Load.Sellout;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Sales by turns: one that nobody watches, and one that everybody does, through all its phases.</summary>
internal sealed class ViewersRun(ViewersOptions options, Progress progress)
{
    /// <summary>After one the engine is not yet as fast as it will be: nobody would seem slower than the viewers' sale after it.</summary>
    private const int WarmUpSales = 3;

    private readonly EngineSecrets _secrets = EngineSecrets.Make();
    private int _batches;

    /// <summary>Runs all rounds. The engine has ended and its data is gone when this returns.</summary>
    /// <exception cref="EngineException">It could not be measured.</exception>
    public async Task<IReadOnlyList<ViewersRound>> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine = await progress.StageAsync(
            "Start the engine", () => EmbeddedEngine.StartAsync(_secrets, keeps: false, cancellationToken));
        try
        {
            using var chef = new SaleOperator(engine.Fronts[0], _secrets);
            var market = new Market(engine, chef, new RequestWriter(_secrets, Credential.Ticket, engine.Fronts[0].Authority), options.Connections);
            for (var sale = 1; sale <= WarmUpSales; sale++)
                await progress.StageAsync($"Warm up {sale}", () => SellUnwatchedAsync(market, cancellationToken));
            var rounds = new List<ViewersRound>();
            for (var round = 1; round <= options.Rounds; round++)
            {
                var (without, violations) = await progress.StageAsync(
                    $"Round {round}, nobody watches", () => SellUnwatchedAsync(market, cancellationToken));
                rounds.Add(await progress.StageAsync($"Round {round}, {options.Viewers} watch", async () =>
                {
                    using var crowd = new Crowd(options.Viewers);
                    var watched = new WatchedRound(market, crowd, options, $"batch-{++_batches}");
                    return await watched.RunAsync(round, without, violations, cancellationToken);
                }));
            }

            return rounds;
        }
        catch (Exception exception) when (exception is EngineException or HttpRequestException)
        {
            throw new EngineException($"{exception.Message}\n--- the engine's last lines:\n{engine.Output}");
        }
    }

    private async Task<(WatchedSale Sale, IReadOnlyList<string> Violations)> SellUnwatchedAsync(
        Market market, CancellationToken cancellationToken)
    {
        var batch = $"batch-{++_batches}";
        await market.Chef.CreateAsync(batch, options.Purchases);
        var work = new Flood(market.Writer.Write(batch, 0, options.Purchases), double.PositiveInfinity);
        await market.SendAsync(work, cancellationToken);
        var sale = await market.MeasureAsync(0, work);
        return (sale, [.. FloodAudit.Violations(await market.Chef.AuditAsync(batch, cancellationToken), work)]);
    }
}

/// <summary>An engine, and who asks what of it.</summary>
internal sealed record Market(IEngineUnderLoad Engine, SaleOperator Chef, RequestWriter Writer, int Connections)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    /// <summary>Sends purchases until all are answered.</summary>
    public async Task SendAsync(Flood purchases, CancellationToken cancellationToken)
    {
        using var wire = new WireClient([new IPEndPoint(IPAddress.Loopback, Engine.Fronts[0].Port)], Connections, AnswerWithin);
        await wire.RunAsync(purchases, cancellationToken);
    }

    /// <summary>The figures of a sale now that its purchases have been sent.</summary>
    /// <exception cref="EngineException">Not all were accepted.</exception>
    public async Task<WatchedSale> MeasureAsync(int viewers, Flood purchases)
    {
        if (purchases.CountOf(Fate.Accepted) is var accepted && accepted < purchases.Count)
            throw new EngineException($"only {accepted} of {purchases.Count} purchases were accepted ({purchases.LastFailure})");
        return new WatchedSale(
            viewers,
            purchases.AcceptedPerSecond(purchases.Start, purchases.LastAnswer() + 1),
            Engine.Usage().ResidentBytes / 1e6,
            await Metrics.ManagedHeapAsync(Engine, AnswerWithin) / 1e6);
    }
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Engine.Selling;

namespace OrleansSale.Tests.Load.Line;

/// <summary>A batch on sale, with a line.</summary>
internal sealed class LineBatch(HostedEngine engine, string id)
{
    public const int GraceSeconds = 1;

    /// <summary>A day: no hold ends meanwhile.</summary>
    private const int Day = 86_400;

    private const int ViolationsShown = 5;

    /// <summary>Long enough for the clocks to agree that the sale is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10), OpenUntil = TimeSpan.FromHours(8);

    public ISaleBatchGrain Actor => engine.Batch(id);

    /// <summary>Creates it, and waits until it looks after itself.</summary>
    public static async Task<LineBatch> OpenAsync(
        HostedEngine engine, string id, int stock, int places, CancellationToken cancellationToken,
        int windowSeconds = Day)
    {
        var opens = DateTimeOffset.FromUnixTimeMilliseconds((DateTimeOffset.UtcNow - OpenFor).ToUnixTimeMilliseconds());
        var created = await engine.Batch(id).CreateAsync(new BatchTerms(
            id, new Product("mi2", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), null), [BatchPlan.Channel],
            stock, PerUserLimit: 1, windowSeconds, new Schedule(opens - OpenFor, opens, opens, opens + OpenUntil),
            StandbyLimit: places, OfferWindowSeconds: Day));
        if (created.Refused is not null)
            throw new EngineException($"batch {id} could not be created: {created.Refused}");
        await Task.Delay(Agenda.Period * 2, cancellationToken);
        return new LineBatch(engine, id);
    }

    /// <summary>Brings so many buyers' purchases in full calls, from this buyer on.</summary>
    /// <returns>How many orders or places were made, and how many a second.</returns>
    public async Task<(int Done, double PerSecond)> SendAsync(int first, int count, bool standBy)
    {
        var calls = Crowd.CallsOf(first, count, standBy);
        GC.Collect();
        var (next, done, start) = (-1, 0, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Sellers.CallsInFlight).Select(_ => Task.Run(async () =>
        {
            for (int index; (index = Interlocked.Increment(ref next)) < calls.Count;)
            {
                var outcomes = (await Actor.PurchaseAsync(calls[index])).Outcomes;
                Interlocked.Add(ref done, outcomes.Count(one => IsMade(one, standBy)));
            }
        })));
        return (done, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>What its ledger breaks; and whether it has as many places as it must.</summary>
    public async Task<IReadOnlyList<string>> AuditAsync(int places, CancellationToken cancellationToken)
    {
        var sale = await engine.AuditAsync(id, cancellationToken);
        return
        [
            .. sale.Violations.Kept.Take(ViolationsShown).Select(violation => $"{id}: {violation}"),
            .. sale.Places.Count == places ? (string[])[] : [$"{id}: {sale.Places.Count} places, not {places}"],
        ];
    }

    private static bool IsMade(in PurchaseOutcome outcome, bool isPlace) =>
        !outcome.Repeated && (isPlace ? outcome.Place is not null : outcome.Order is not null);
}

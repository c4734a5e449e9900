using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>Bring a crowd's purchases to the batches, as fast as they are answered.</summary>
internal static class Sellers
{
    /// <summary>Calls under way at a time: as of so many fronts.</summary>
    public const int CallsInFlight = 8;

    /// <summary>Buyers who wait on the lane at a time.</summary>
    private const int LaneBuyers = 512;

    public static Task<Tally> SellInCallsAsync(
        IReadOnlyList<ISaleBatchGrain> batches, IReadOnlyList<(int Batch, PurchaseCall Call)> calls,
        CancellationToken cancellationToken) =>
        TogetherAsync(CallsInFlight, calls.Count, async (index, tally) =>
        {
            var (batch, call) = calls[index];
            var outcomes = (await batches[batch].PurchaseAsync(call)).Outcomes;
            for (var place = 0; place < outcomes.Length; place++) tally.Take(call.Requests[place], outcomes[place]);
        }, cancellationToken);

    public static Task<Tally> SellThroughLaneAsync(
        PurchaseLane lane, int units, IReadOnlyList<(int Batch, PurchaseCall Call)> calls,
        CancellationToken cancellationToken) =>
        TogetherAsync(LaneBuyers, units, async (index, tally) =>
        {
            var request = calls[index / Crowd.CallSize].Call.Requests[index % Crowd.CallSize];
            tally.Take(request, await lane.AskAsync(request, Stopwatch.GetTimestamp()));
        }, cancellationToken);

    private static async Task<Tally> TogetherAsync(
        int sellers, int count, Func<int, Tally, Task> sellAsync, CancellationToken cancellationToken)
    {
        var next = -1;
        var tallies = Enumerable.Range(0, sellers).Select(_ => new Tally()).ToList();
        await Task.WhenAll(tallies.Select(tally => Task.Run(async () =>
        {
            for (int index; !cancellationToken.IsCancellationRequested
                && (index = Interlocked.Increment(ref next)) < count;)
                await sellAsync(index, tally);
        })));
        return tallies.Aggregate((all, one) => all.Add(one));
    }
}

/// <summary>What buyers were told. Used by one of them at a time.</summary>
internal sealed class Tally
{
    public long Made { get; private set; }

    /// <summary>The sum of the numbers of all units that were told.</summary>
    public long UnitNumbers { get; private set; }

    /// <summary>What is not a new order of one unit for the one who asked, by what it is.</summary>
    public SortedDictionary<string, long> Wrong { get; } = new(StringComparer.Ordinal);

    public void Take(in PurchaseRequest request, in PurchaseOutcome outcome)
    {
        if (outcome.Order is not { } order)
        {
            Count($"purchases were refused: {outcome.Refused}");
            return;
        }

        Made++;
        if (outcome.Repeated) Count("orders were told as made before");
        if (order.Buyer != request.Buyer || order.Units.Length != 1) Count("orders are not what was asked for");
        else UnitNumbers += order.Units[0];
    }

    public Tally Add(Tally other)
    {
        Made += other.Made;
        UnitNumbers += other.UnitNumbers;
        foreach (var (what, count) in other.Wrong) Count(what, count);
        return this;
    }

    private void Count(string what, long count = 1) => Wrong[what] = Wrong.GetValueOrDefault(what) + count;
}

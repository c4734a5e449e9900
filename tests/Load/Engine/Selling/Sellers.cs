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
        IReadOnlyList<ISaleBatchGrain> batches, Crowd crowd, CancellationToken cancellationToken) =>
        TogetherAsync(CallsInFlight, crowd.Calls, async (index, tally) =>
        {
            var (batch, call) = crowd.CallAt(index);
            var outcomes = (await batches[batch].PurchaseAsync(call)).Outcomes;
            for (var place = 0; place < outcomes.Length; place++) tally.Take(call.Requests[place], outcomes[place]);
        }, cancellationToken);

    public static Task<Tally> SellThroughLanesAsync(
        IReadOnlyList<PurchaseLane> lanes, Crowd crowd, CancellationToken cancellationToken) =>
        TogetherAsync(LaneBuyers, crowd.Buyers, async (index, tally) =>
        {
            var (batch, request) = crowd.PurchaseAt(index);
            tally.Take(request, await lanes[batch].AskAsync(request));
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
        foreach (var tally in tallies.Skip(1)) tallies[0].Add(tally);
        return tallies[0];
    }
}

using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>Bring a crowd's purchases to the batches, as fast as they are answered.</summary>
internal static class Sellers
{
    /// <summary>How often a call without an answer is made at most. A lane would go on while buyers wait.</summary>
    private const int MaxAttempts = 5;

    /// <summary>In full calls: so many are under way at a time, all for one batch until it has no more.</summary>
    public static Task<Tally> SellInCallsAsync(
        IReadOnlyList<ISaleBatchGrain> batches, Crowd crowd, int callsInFlight, CancellationToken cancellationToken)
    {
        var next = -1;
        return TogetherAsync(callsInFlight, async tally =>
        {
            for (int index; !cancellationToken.IsCancellationRequested
                && (index = Interlocked.Increment(ref next)) < crowd.Calls;)
            {
                var (batch, call) = crowd.CallAt(index);
                var outcomes = await AskAsync(batches[batch], call, tally);
                for (var place = 0; place < outcomes.Length; place++) tally.Take(call.Requests[place], outcomes[place]);
            }
        });
    }

    /// <summary>Through a front's lanes: so many buyers wait at a time, each for the own answer.</summary>
    public static Task<Tally> SellThroughLanesAsync(
        IReadOnlyList<PurchaseLane> lanes, Crowd crowd, int buyersAtATime, CancellationToken cancellationToken)
    {
        var next = -1;
        return TogetherAsync(buyersAtATime, async tally =>
        {
            for (int index; !cancellationToken.IsCancellationRequested
                && (index = Interlocked.Increment(ref next)) < crowd.Buyers;)
            {
                var (batch, request) = crowd.PurchaseAt(index);
                tally.Take(request, await lanes[batch].AskAsync(request));
            }
        });
    }

    // Without an answer nothing is known: the same is asked again, as a lane does.
    private static async Task<PurchaseOutcome[]> AskAsync(ISaleBatchGrain batch, PurchaseCall call, Tally tally)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await batch.PurchaseAsync(call)).Outcomes;
            }
            catch (Exception failure)
                when (failure is TimeoutException or SaleUnavailableException && attempt < MaxAttempts)
            {
                tally.AskAgain(call.Requests.Length);
            }
        }
    }

    private static async Task<Tally> TogetherAsync(int sellers, Func<Tally, Task> sellAsync)
    {
        var tallies = Enumerable.Range(0, sellers).Select(_ => new Tally()).ToList();
        await Task.WhenAll(tallies.Select(tally => Task.Run(() => sellAsync(tally))));
        foreach (var tally in tallies.Skip(1)) tallies[0].Add(tally);
        return tallies[0];
    }
}

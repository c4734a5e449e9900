using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>Bring a crowd's purchases to the batches, as fast as they are answered.</summary>
internal static class Sellers
{
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
                var outcomes = (await batches[batch].PurchaseAsync(call)).Outcomes;
                for (var place = 0; place < outcomes.Length; place++) tally.Take(call.Requests[place], outcomes[place]);
            }
        });
    }

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

    private static async Task<Tally> TogetherAsync(int sellers, Func<Tally, Task> sellAsync)
    {
        var tallies = Enumerable.Range(0, sellers).Select(_ => new Tally()).ToList();
        await Task.WhenAll(tallies.Select(tally => Task.Run(() => sellAsync(tally))));
        foreach (var tally in tallies.Skip(1)) tallies[0].Add(tally);
        return tallies[0];
    }
}

/// <summary>
/// The buyers of a measurement and their purchases, all made beforehand: each buys one unit with a ticket, and no two
/// are the same.
/// </summary>
internal sealed class Crowd(Shape shape)
{
    private readonly int _callsEach = (shape.UnitsEach + MeasureOptions.CallSize - 1) / MeasureOptions.CallSize;
    private PurchaseCall[] _calls = Make(shape);

    public int Calls => shape.Batches * _callsEach;
    public int Buyers => shape.Units;

    public (int Batch, PurchaseCall Call) CallAt(int index) => (index / _callsEach, _calls[index]);

    public (int Batch, PurchaseRequest Request) PurchaseAt(int index)
    {
        var (batch, place) = (index / shape.UnitsEach, index % shape.UnitsEach);
        return (batch,
            _calls[(batch * _callsEach) + (place / MeasureOptions.CallSize)].Requests[place % MeasureOptions.CallSize]);
    }

    public void Clear() => _calls = [];

    private static PurchaseCall[] Make(Shape shape)
    {
        var calls = new List<PurchaseCall>();
        for (var batch = 0; batch < shape.Batches; batch++)
        {
            for (var first = 0; first < shape.UnitsEach; first += MeasureOptions.CallSize)
            {
                var requests = new PurchaseRequest[Math.Min(MeasureOptions.CallSize, shape.UnitsEach - first)];
                for (var place = 0; place < requests.Length; place++)
                    requests[place] = new PurchaseRequest(
                        AliasOf((batch * shape.UnitsEach) + first + place), null, 1, 1, ByTicket: true);
                calls.Add(new PurchaseCall(requests));
            }
        }

        return [.. calls];
    }

    // As evenly spread as those that a key makes.
    private static Alias AliasOf(int buyer)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, buyer);
        return new Alias(SHA256.HashData(number));
    }
}

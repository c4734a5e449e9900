using BenchmarkDotNet.Attributes;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Benchmarks;

/// <summary>The rules: a purchase decided, and applied.</summary>
[MemoryDiagnoser, InProcess]
[InvocationCount(Purchases)]
public class PurchaseBenchmarks
{
    private const int Purchases = 16_384;

    private readonly PurchaseRequest[] _requests =
        [.. Enumerable.Range(0, Purchases)
            .Select(buyer => new PurchaseRequest(Samples.AliasOf(buyer), null, 1, 1, true))];

    private readonly BatchTerms _terms = Samples.Terms(Purchases);
    private readonly BatchSnapshot _nothingLeft = Samples.Snapshot with { Free = 0 };
    private SaleBatch _batch = null!;
    private SaleBatch _soldOut = null!;
    private int _next;

    /// <summary>A fresh batch each time: what is measured includes what a unit's state takes.</summary>
    [IterationSetup]
    public void Setup()
    {
        _batch = Samples.Batch(Purchases);
        _soldOut = Samples.Batch(1);
        _soldOut.Apply(3, Samples.Opening, Samples.Held(1));
        _next = 0;
    }

    /// <summary>A unit is given to a buyer.</summary>
    [Benchmark]
    public PurchaseOutcome Buy()
    {
        var decision = PurchaseRules.Decide(_batch, _requests[_next++], Samples.Opening);
        _batch.Apply(_batch.LastSeq + 1, Samples.Opening, decision.Entries[0]);
        return decision.Outcome;
    }

    /// <summary>Nothing is left.</summary>
    [Benchmark]
    public PurchaseOutcome RefuseSoldOut() =>
        PurchaseRules.Decide(_soldOut, _requests[1 + (_next++ & 1_023)], Samples.Opening).Outcome;

    /// <summary>A front refuses by its copy of the board.</summary>
    [Benchmark]
    public Refusal? RefuseAtTheFront() =>
        FrontRules.Refuse(_terms, _nothingLeft, _terms.Schedule.SaleOpens.AddSeconds(1), 1, standby: false);
}

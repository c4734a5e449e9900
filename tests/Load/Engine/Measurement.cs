using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Engine.Selling;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>One measurement: an engine on an empty ledger, its batches, and the sale of all their units.</summary>
internal sealed class Measurement(int round, LedgerPlace place, Shape shape, int callsInFlight)
{
    private const int CreatedAtATime = 16;

    /// <summary>A day: no hold ends meanwhile.</summary>
    private const int PaymentWindowSeconds = 86_400;

    /// <summary>Long enough for the clocks to agree that the sale is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10), OpenUntil = TimeSpan.FromHours(8);

    public bool Audits { get; init; }

    public async Task<(SaleResult Sale, ReplayResult? Replay)> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine =
            await HostedEngine.StartAsync(await place.RenewAsync(cancellationToken), cancellationToken);
        var ids = Enumerable.Range(1, shape.Batches).Select(number => $"b{number}").ToList();
        await CreateAsync(engine, ids, cancellationToken);
        // Listing the batches is no part of the sale.
        var lanes = shape.Way == Way.Lane ? await Task.WhenAll(ids.Select(engine.FindLaneAsync)) : [];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var crowd = new Crowd(shape);
        GC.Collect();

        var meter = new CostMeter(engine.Ledger, place.ServerProcess);
        var tally = await SellAsync(engine, ids, lanes, crowd, cancellationToken);
        var cost = meter.Stop();
        cancellationToken.ThrowIfCancellationRequested();
        crowd.Clear();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        // Before the audit, which leaves much to collect.
        var replay = shape.Way == Way.Lane ? await ReplayAsync(engine, ids[0], cancellationToken) : null;
        var findings = SaleJudge.Judge(shape, tally, await ReadAsync(engine, ids, cancellationToken));
        var sale = new SaleResult(cost, shape)
        {
            Round = round,
            Ledger = place.Name,
            HeldBytes = held,
            AskedAgain = tally.AskedAgain,
            Findings = findings,
        };
        return (sale, replay);
    }

    private async Task CreateAsync(HostedEngine engine, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        foreach (var some in ids.Chunk(CreatedAtATime)) await Task.WhenAll(some.Select(CreateAsync));
        // By then each has looked after itself for the first time: a cluster's has its reminder.
        await Task.Delay(Agenda.Period * 2, cancellationToken);

        async Task CreateAsync(string id)
        {
            var created = await engine.Actors.GetGrain<ISaleBatchGrain>(id).CreateAsync(TermsOf(id));
            if (created.Refused is not null)
                throw new EngineException($"batch {id} could not be created: {created.Refused}");
        }
    }

    private BatchTerms TermsOf(string id)
    {
        var opens = DateTimeOffset.FromUnixTimeMilliseconds((DateTimeOffset.UtcNow - OpenFor).ToUnixTimeMilliseconds());
        return new BatchTerms(
            id, new Product("mi2", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), null), [BatchPlan.Channel],
            shape.UnitsEach,
            PerUserLimit: 1, PaymentWindowSeconds, new Schedule(opens - OpenFor, opens, opens, opens + OpenUntil));
    }

    private Task<Tally> SellAsync(
        HostedEngine engine, IReadOnlyList<string> ids, IReadOnlyList<PurchaseLane> lanes, Crowd crowd,
        CancellationToken cancellationToken) =>
        shape.Way == Way.Lane
            ? Sellers.SellThroughLanesAsync(lanes, crowd, MeasureOptions.LaneBuyers, cancellationToken)
            : Sellers.SellInCallsAsync(
                [.. ids.Select(id => engine.Actors.GetGrain<ISaleBatchGrain>(id))], crowd, callsInFlight,
                cancellationToken);

    private async Task<IReadOnlyList<SoldBatch>> ReadAsync(
        HostedEngine engine, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        List<SoldBatch> batches = [];
        foreach (var id in ids)
        {
            // The counts alone, none of the users.
            if (await engine.Actors.GetGrain<ISaleBatchGrain>(id).ReadBoardAsync(int.MaxValue) is not { } board)
                continue;
            var proof = Audits ? await LedgerReading.AuditAsync(engine.Ledger, id, cancellationToken) : null;
            batches.Add(new SoldBatch(id, board.Snapshot, proof));
        }

        return batches;
    }

    private async Task<ReplayResult> ReplayAsync(HostedEngine engine, string id, CancellationToken cancellationToken)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var meter = new CostMeter(engine.Ledger, place.ServerProcess);
        var (head, state) = await LedgerReading.ReplayAsync(engine.Ledger, id, cancellationToken);
        var cost = meter.Stop();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        string[] findings = state.Stock.Held == shape.UnitsEach && head.Seq == shape.UnitsEach + SaleJudge.OtherEntries
            ? []
            : [$"the replay of {head.Seq} entries gives {state.Stock.Held} units held, of {shape.UnitsEach}"];
        return new ReplayResult(cost)
        {
            Round = round,
            Ledger = place.Name,
            Entries = head.Seq,
            HeldBytes = held,
            Findings = findings,
        };
    }
}

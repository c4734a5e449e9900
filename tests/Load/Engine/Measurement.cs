using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Load.Engine.Selling;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>One measurement: an engine on an empty ledger, its batches, and the sale of all their units.</summary>
internal sealed class Measurement(string ledger, Shape shape, int round)
{
    /// <summary>
    /// Figures of a sale: units a second; units for a second of processor time, of this process and the database
    /// server; memory in use that a held unit keeps, users' aliases included. Of the lane's batch alone: the
    /// time of a replay.
    /// </summary>
    public const string PerSecond = "perSecond", PerProcessorSecond = "perProcessorSecond",
        BytesPerHold = "bytesPerHold", ReplaySeconds = "replaySeconds";

    private const int CreatedAtATime = 16;

    /// <summary>The system counts processor time in steps of this many seconds.</summary>
    private const double LeastSeconds = 0.01;

    /// <summary>A day: no hold ends meanwhile.</summary>
    private const int PaymentWindowSeconds = 86_400;

    /// <summary>Long enough for the clocks to agree that the sale is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10), OpenUntil = TimeSpan.FromHours(8);

    /// <summary>The first round is audited in full.</summary>
    private bool Audits => round == 1;

    public static string NameOf(string ledger, string shape) => $"{ledger}, {shape}";

    public async Task<Reading> RunAsync(DataPlace place, CancellationToken cancellationToken)
    {
        await using var engine = await HostedEngine.StartAsync(place, cancellationToken);
        var ids = Enumerable.Range(1, shape.Batches).Select(number => $"b{number}").ToList();
        foreach (var some in ids.Chunk(CreatedAtATime))
            await Task.WhenAll(some.Select(id => CreateAsync(engine.Batch(id), id)));
        // By then each has looked after itself for the first time: a cluster's has its reminder.
        await Task.Delay(Agenda.Period * 2, cancellationToken);
        // Listing the batch is no part of the sale.
        var lane = shape.ThroughLane ? await engine.FindLaneAsync(ids[0]) : null;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var calls = Crowd.CallsOf(shape);
        GC.Collect();

        var (allocated, start) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        var meter = new UsageMeter(store: place.Postgres?.ProcessId);
        var tally = lane is not null
            ? await Sellers.SellThroughLaneAsync(lane, shape.Units, calls, cancellationToken)
            : await Sellers.SellInCallsAsync([.. ids.Select(engine.Batch)], calls, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var usage = meter.Stop();
        cancellationToken.ThrowIfCancellationRequested();
        calls.Clear();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        var figures = FiguresOf(shape.Units, seconds, allocated, held, usage);
        // Before the audit, which leaves much to collect.
        var replayed = shape.ThroughLane ? await ReplayAsync(engine, ids[0], figures, cancellationToken) : [];
        var (batches, commits) = await ReadAsync(engine, ids, cancellationToken);
        // A batch's creation and its opening, before the sale, are commits of their own.
        var ofSale = commits - batches.Count * SaleJudge.OtherEntries;
        figures["joinedPerCommit"] = (double)shape.Units / Math.Max(1, ofSale);
        return new Reading(
            NameOf(ledger, shape.Name), round, figures, [.. replayed, .. SaleJudge.Judge(shape, tally, batches)]);
    }

    /// <summary>What so many units took: processor time and bytes are for one of them.</summary>
    public static OrderedDictionary<string, double> FiguresOf(
        int units, double seconds, long allocatedBytes, long heldBytes, Usage used) => new()
        {
            [PerSecond] = units / seconds,
            [PerProcessorSecond] = units / Math.Max(LeastSeconds, used.GeneratorSeconds + used.StoreSeconds),
            ["processorMicroseconds"] = used.GeneratorSeconds * 1e6 / units,
            ["serverMicroseconds"] = used.StoreSeconds * 1e6 / units,
            ["allocatedBytes"] = (double)allocatedBytes / units,
            [BytesPerHold] = (double)heldBytes / units,
            [Usage.Others] = used.OthersShare,
        };

    private async Task CreateAsync(ISaleBatchGrain batch, string id)
    {
        var opens = DateTimeOffset.FromUnixTimeMilliseconds((DateTimeOffset.UtcNow - OpenFor).ToUnixTimeMilliseconds());
        var created = await batch.CreateAsync(new BatchTerms(
            id, new Product("mi2", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), null), [BatchPlan.Channel],
            shape.UnitsEach, PerUserLimit: 1, PaymentWindowSeconds,
            new Schedule(opens - OpenFor, opens, opens, opens + OpenUntil)));
        if (created.Refused is not null)
            throw new EngineException($"batch {id} could not be created: {created.Refused}");
    }

    /// <summary>What the batches say, and in how many commits their entries were stored.</summary>
    private async Task<(IReadOnlyList<SoldBatch> Batches, long Commits)> ReadAsync(
        HostedEngine engine, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var (batches, commits) = (new List<SoldBatch>(), 0L);
        foreach (var id in ids)
        {
            // The counts alone, none of the users.
            if (await engine.Batch(id).ReadBoardAsync(int.MaxValue) is not { } board) continue;
            commits += await engine.Ledger.ReadAsync(Streams.OfBatch(id), cancellationToken: cancellationToken)
                .CountAsync(cancellationToken);
            var proof = Audits ? LedgerProof.Of(await engine.AuditAsync(id, cancellationToken)) : null;
            batches.Add(new SoldBatch(id, board.Snapshot, proof));
        }

        return (batches, commits);
    }

    /// <summary>Replays a batch as its activation does. What is wrong with that.</summary>
    private async Task<string[]> ReplayAsync(
        HostedEngine engine, string id, OrderedDictionary<string, double> figures, CancellationToken cancellationToken)
    {
        GC.Collect();
        var (allocated, start) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        var state = new SaleBatch();
        var head = await BatchReplay.ReadAsync(engine.Ledger, Streams.OfBatch(id), state, cancellationToken);
        figures[ReplaySeconds] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        figures["replayBytesPerEntry"] =
            (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / head.Seq;
        return state.Stock.Held == shape.UnitsEach && head.Seq == shape.UnitsEach + SaleJudge.OtherEntries
            ? []
            : [$"the replay of {head.Seq} entries gives {state.Stock.Held} units held, of {shape.UnitsEach}"];
    }
}

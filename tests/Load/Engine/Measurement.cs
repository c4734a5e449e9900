using System.Diagnostics;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Engine.Selling;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>One measurement: an engine on an empty ledger, its batches, and the sale of all their units.</summary>
internal sealed class Measurement(int round, LedgerPlace place, Shape shape)
{
    /// <summary>
    /// Figures of a sale: units a second; units for a second of processor time, of this process and the database
    /// server; memory in use that a held unit keeps, users' aliases included; share of the machine that programs took
    /// which are no part of this.
    /// </summary>
    public const string PerSecond = "perSecond", PerProcessorSecond = "perProcessorSecond",
        BytesPerHold = "bytesPerHold", Others = "othersShare";

    public const string Replay = "replay";

    private const int CreatedAtATime = 16;

    /// <summary>The system counts processor time in steps of this many seconds.</summary>
    private const double LeastSeconds = 0.01;

    /// <summary>A day: no hold ends meanwhile.</summary>
    private const int PaymentWindowSeconds = 86_400;

    /// <summary>Long enough for the clocks to agree that the sale is open.</summary>
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10), OpenUntil = TimeSpan.FromHours(8);

    public bool Audits { get; init; }

    public static string NameOf(string ledger, string measured) => $"{ledger}, {measured}";

    public async Task<(Reading Sale, Reading? Replay)> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine =
            await HostedEngine.StartAsync(await place.RenewAsync(cancellationToken), cancellationToken);
        var ids = Enumerable.Range(1, shape.Batches).Select(number => $"b{number}").ToList();
        foreach (var some in ids.Chunk(CreatedAtATime))
            await Task.WhenAll(some.Select(id => CreateAsync(engine.Batch(id), id)));
        // By then each has looked after itself for the first time: a cluster's has its reminder.
        await Task.Delay(Agenda.Period * 2, cancellationToken);
        // Listing the batches is no part of the sale.
        var lanes = shape.ThroughLane ? await Task.WhenAll(ids.Select(engine.FindLaneAsync)) : [];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var crowd = new Crowd(shape);
        GC.Collect();

        var (allocated, start) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        var meter = new UsageMeter(store: place.ServerProcess);
        var tally = shape.ThroughLane
            ? await Sellers.SellThroughLanesAsync(lanes, crowd, cancellationToken)
            : await Sellers.SellInCallsAsync([.. ids.Select(engine.Batch)], crowd, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var usage = meter.Stop();
        cancellationToken.ThrowIfCancellationRequested();
        crowd.Clear();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        // Before the audit, which leaves much to collect.
        var replay = shape.ThroughLane ? await ReplayAsync(engine, ids[0], cancellationToken) : null;
        var (batches, commits) = await ReadAsync(engine, ids, cancellationToken);
        var figures = FiguresOf(shape.Units, seconds, allocated, held, usage);
        // A batch's creation and its opening, before the sale, are commits of their own.
        var ofSale = commits - batches.Count * SaleJudge.OtherEntries;
        figures["joinedPerCommit"] = (double)shape.Units / Math.Max(1, ofSale);
        var findings = SaleJudge.Judge(shape, tally, batches);
        return (new Reading(NameOf(place.Name, shape.Name), round, figures, findings), replay);
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
            [Others] = used.OthersShare,
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
            var proof = Audits ? await LedgerProof.OfAsync(engine.Ledger, id, cancellationToken) : null;
            batches.Add(new SoldBatch(id, board.Snapshot, proof));
        }

        return (batches, commits);
    }

    private async Task<Reading> ReplayAsync(HostedEngine engine, string id, CancellationToken cancellationToken)
    {
        GC.Collect();
        var (allocated, start) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        var state = new SaleBatch();
        var head = await BatchReplay.ReadAsync(engine.Ledger, Streams.OfBatch(id), state, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        string[] findings = state.Stock.Held == shape.UnitsEach && head.Seq == shape.UnitsEach + SaleJudge.OtherEntries
            ? []
            : [$"the replay of {head.Seq} entries gives {state.Stock.Held} units held, of {shape.UnitsEach}"];
        return new Reading(NameOf(place.Name, Replay), round, new OrderedDictionary<string, double>
        {
            ["entries"] = head.Seq,
            ["seconds"] = seconds,
            ["allocatedBytes"] = (double)allocated / head.Seq,
        }, findings);
    }
}

using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches.Carrying;

/// <summary>
/// What a batch has to do with its product's backlog: it carries places in after its opening, and hands over those that
/// wait at its end. One run at a time, each tick, until it is done.
/// </summary>
/// <remarks>
/// Nobody is lost, doubled or overtaken, wherever a crash falls:
/// <list type="bullet">
/// <item>Before its ranges are assigned, every batch of the product that was to end by its opening has ended, has
/// carried its own, and has handed over. It is asked for that, because it may be behind: all were down, or it waits for
/// others. Each waits only for batches that open before it, so none wait for each other.</item>
/// <item>A run asks for its ranges again. They and their order are fixed once they were assigned. It goes on after the
/// place that the ledger says was carried last. The line refuses any other (<see cref="CarriedPlaces.MayFollow"/>), so
/// no place joins twice or behind one that stood after it.</item>
/// <item>A buyer who leaves before their place has joined leaves at the origin. A page of places may be older than
/// that. So after all have joined, every page is read once more, and a buyer who does not wait there any more leaves
/// here too. A buyer who leaves later finds the place here, because the front asks here as well, before and after it
/// asks the origin.</item>
/// <item><c>backlog-carried</c> comes after that. Before it the batch does not hand over its own places, so the next
/// batch reads a whole line. After an early end the carrying goes on: nobody is left behind those who joined.</item>
/// <item>The opening waits for nothing. If the backlog or an origin cannot be read, the units of <c>backlogUnits</c>
/// wait for it as long as the sale is on. Order is worth more there than availability. The others are sold.</item>
/// </list>
/// </remarks>
internal sealed partial class BacklogCall(
    DurableBatch batch, IPostPublisher posts, IGrainFactory grains, ILogger log)
{
    /// <summary>Most places that join in one commit.</summary>
    public const int MaxJoinsPerCommit = 500;

    private static readonly Outage Failing = new("backlog");

    private readonly RetriedCall _call = new(
        Failing, reason => Log.Failed(log, batch.Id, reason), failures => Log.GoesOn(log, failures));
    private readonly CarriedBuyers _buyers = new(batch, grains);
    private readonly NextBatchCall _nextBatch = new(batch, posts, grains, log);
    private bool _isFinished;

    /// <summary>Whether the backlog has the places that waited at the end; false before the end.</summary>
    public bool IsHandedOver { get; private set; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsIdle => !MustCall && _nextBatch.IsIdle(IsHandedOver);

    private bool MustCall => Line.IsCarrying || MustFinish || MustHandOver;

    private LineBook Line => batch.State.Line;

    private bool MustFinish => Line.IsCarried && !_isFinished;

    private bool MustHandOver => Line.InBacklog > 0 && !Line.IsCarrying && !IsHandedOver;

    private IBacklogGrain Backlog => grains.GetGrain<IBacklogGrain>(batch.State.Terms!.Product.Id);

    /// <summary>Does what is to be done, unless that is under way.</summary>
    public void Start()
    {
        if (!_call.IsUnderWay && MustCall) _call.Start(RunAsync);
        _nextBatch.Start(IsHandedOver);
    }

    /// <summary>
    /// Hands over the places that wait. True: the backlog has all of them, or the sale is planned to last beyond
    /// <paramref name="by"/>. False: not yet.
    /// </summary>
    public async Task<bool> HandOverAsync(DateTimeOffset by)
    {
        var directing = batch.State.Directing;
        if (!directing.IsEnded) return by < directing.Schedule.SaleCloses;
        if (Line.IsCarrying) return false;
        if (MustHandOver) await HandOverAsync();
        return true;
    }

    private async Task RunAsync()
    {
        if (Line.IsCarrying) await CarryAsync();
        if (MustFinish)
        {
            await Backlog.FinishAsync(batch.Id);
            _isFinished = true;
        }
        if (MustHandOver) await HandOverAsync();
    }

    private async Task HandOverAsync()
    {
        // What the backlog is told must be in the ledger.
        var (places, ended) = (Line.InBacklog, batch.State.Directing.EndedAt);
        await batch.Journal.WhenDurableAsync(true);
        await Backlog.AddAsync(batch.Id, places, DateTimeOffset.FromUnixTimeMilliseconds(ended));
        IsHandedOver = true;
    }

    private async Task CarryAsync()
    {
        // The opening is durable before a range is assigned to this batch for ever.
        await batch.Journal.WhenDurableAsync(true);
        if (Line.LastCarried is null) await RequireEarlierAsync();
        var origins = await Backlog.AssignAsync(batch.Id);
        var last = Line.LastCarried;
        var reached = last is { } from ? Math.Max(0, Array.IndexOf(origins, from.Batch)) : 0;
        for (var i = reached; i < origins.Length; i++)
            await JoinAsync(origins[i], last is { } at && at.Batch == origins[i] ? at.Place : 0);
        foreach (var origin in origins) await LetGoAsync(origin);
        await batch.CommitAsync(CarryRules.DecideEnd(batch.State), batch.Now);
    }

    private async Task RequireEarlierAsync()
    {
        var (product, opens) = (batch.State.Terms!.Product.Id, batch.State.Directing.Schedule.SaleOpens);
        var catalogue = grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);
        foreach (var earlier in await catalogue.ListEarlierAsync(product, batch.Id, opens))
        {
            if (!await grains.GetGrain<ISaleBatchGrain>(earlier).HandOverBacklogAsync(opens))
                throw new SaleUnavailableException($"batch {earlier} has not handed its places over yet");
        }
    }

    private async Task JoinAsync(string origin, long after)
    {
        await foreach (var page in PagesAsync(origin, after))
        {
            var found = await _buyers.FindAsync(origin, page);
            batch.Take(CarryRules.DecideJoin(batch.State, found), batch.Now);
            // Units are offered to them in the same commit.
            batch.DoDue();
            await batch.Journal.WhenDurableAsync(true);
        }
    }

    private async Task LetGoAsync(string origin)
    {
        var after = 0L;
        await foreach (var page in PagesAsync(origin, after))
        {
            await LetGoAsync(origin, after, page[^1].Place, page);
            after = page[^1].Place;
        }
        await LetGoAsync(origin, after, long.MaxValue, []);
    }

    private Task<int> LetGoAsync(string origin, long after, long last, BacklogPlace[] waiting) => batch.CommitAsync(
        CarryRules.DecideLeft(batch.State, origin, after, last, waiting.Select(place => place.Place).ToHashSet()),
        batch.Now);

    private async IAsyncEnumerable<BacklogPlace[]> PagesAsync(string origin, long after)
    {
        var actor = grains.GetGrain<ISaleBatchGrain>(origin);
        while (await actor.ListBacklogAsync(after, MaxJoinsPerCommit) is { Places: { Length: > 0 } places })
        {
            yield return places;
            after = places[^1].Place;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Batch {Batch}: the product's backlog could not be served; it is retried, and others are only counted: "
                + "{Reason}")]
        public static partial void Failed(ILogger log, string batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "Backlogs are served again, after {Failures} failures")]
        public static partial void GoesOn(ILogger log, int failures);
    }
}

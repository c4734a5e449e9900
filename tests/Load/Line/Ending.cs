using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Engine.Selling;

namespace OrleansSale.Tests.Load.Line;

/// <summary>What came of holds that ended at one instant.</summary>
/// <param name="HoldsEndedWithinSeconds">From the first hold's end to the last one's.</param>
/// <param name="SecondsToLastOffer">From the last hold's end to the last offer, as the batch's board tells it.</param>
/// <param name="OthersBefore">Purchases of another batch a second, in the bound's time before the first end.</param>
/// <param name="OthersWithinBound">In the bound's time from the first end on, as a share of that.</param>
/// <param name="OthersMeanwhile">Until the last offer, as a share of that.</param>
/// <param name="Findings">What is wrong.</param>
internal sealed record Ended(
    double HoldsEndedWithinSeconds, double SecondsToLastOffer, double OthersBefore, double OthersWithinBound,
    double OthersMeanwhile, IReadOnlyList<string> Findings);

/// <summary>
/// All units of a batch are held, as many buyers wait, and the holds end together. Another batch sells before,
/// meanwhile and after.
/// </summary>
internal sealed class Ending(HostedEngine engine, int units)
{
    private const int OtherStock = 10_000_000;

    /// <summary>So long the purchases of the other batch are counted before and after; and the bound.</summary>
    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<(long At, int Count)> _others = new();

    /// <summary>Long enough for all to buy and to join, and for the purchases to be counted before the end.</summary>
    private int WindowSeconds => (int)Counted.TotalSeconds + 4 + (units / 25_000);

    public async Task<Ended> RunAsync(CancellationToken cancellationToken)
    {
        var other = await LineBatch.OpenAsync(engine, "other", OtherStock, 0, cancellationToken);
        var batch = await LineBatch.OpenAsync(engine, "ending", units, units, cancellationToken, WindowSeconds);
        var holdsFor = TimeSpan.FromSeconds(WindowSeconds + LineBatch.GraceSeconds);
        var first = Stopwatch.GetTimestamp() + TicksOf(holdsFor);
        var (held, _) = await batch.SendAsync(0, units, standBy: false);
        var last = Stopwatch.GetTimestamp() + TicksOf(holdsFor);
        var (joined, _) = await batch.SendAsync(units, units, standBy: true);
        if (Stopwatch.GetTimestamp() > first - TicksOf(Counted))
            throw new EngineException("the holds would end before all have joined and the other batch was counted");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var selling = Task.WhenAll(Enumerable.Range(0, Sellers.CallsInFlight).Select(seller =>
            Task.Run(() => SellAsync(other, seller, stop.Token), cancellationToken)));
        var offered = await UntilOfferedAsync(batch.Actor, last + TicksOf(Patience), cancellationToken);
        var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), first + TicksOf(Counted));
        if (rest > TimeSpan.Zero) await Task.Delay(rest, cancellationToken);
        await stop.CancelAsync();
        await selling;

        var before = PerSecond(first - TicksOf(Counted), first);
        List<string> findings =
        [
            .. held == units && joined == units ? (string[])[] : [$"{held} held and {joined} joined, of {units} each"],
            .. offered is null ? (string[])["not all were offered"] : [],
            .. await batch.AuditAsync(units, cancellationToken),
        ];
        var at = offered ?? Stopwatch.GetTimestamp();
        return new Ended(
            Stopwatch.GetElapsedTime(first, last).TotalSeconds,
            Math.Max(0, Stopwatch.GetElapsedTime(last, at).TotalSeconds), before,
            PerSecond(first, first + TicksOf(Counted)) / before, PerSecond(first, at) / before, findings);
    }

    // Each seller has buyers of its own.
    private async Task SellAsync(LineBatch batch, int seller, CancellationToken cancellationToken)
    {
        for (var round = 0; !cancellationToken.IsCancellationRequested; round++)
        {
            var buyer = ((round * Sellers.CallsInFlight) + seller) * Crowd.CallSize;
            var call = Crowd.CallsOf(buyer, Crowd.CallSize)[0];
            var outcomes = (await batch.Actor.PurchaseAsync(call)).Outcomes;
            _others.Enqueue((Stopwatch.GetTimestamp(), outcomes.Count(outcome => outcome.Order is not null)));
        }
    }

    // When it was seen that nobody waits and all units are held; null: not before this moment.
    private async Task<long?> UntilOfferedAsync(ISaleBatchGrain batch, long until, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetTimestamp() < until)
        {
            var board = (await batch.ReadBoardAsync(int.MaxValue))!.Snapshot;
            if (board.Standby == 0 && board.Held == units) return Stopwatch.GetTimestamp();
            await Task.Delay(LookInterval, cancellationToken);
        }
        return null;
    }

    private double PerSecond(long from, long to) =>
        _others.Where(one => one.At >= from && one.At < to).Sum(one => one.Count)
        / Stopwatch.GetElapsedTime(from, to).TotalSeconds;

    private static long TicksOf(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}

using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>
/// A sale before everybody's eyes. It opens and all its throughput is asked for; then again, by turns with an
/// announcement and without; under half of that it is paused and resumed; what is left is bought at once; it is closed.
/// What a change is counted from is never later than the change: the opening's instant, the operator's request, the
/// ledger's entry of the last unit.
/// </summary>
internal sealed class WatchedRound(Market market, Crowd crowd, ViewersOptions options, string batch)
{
    /// <summary>Of the throughput without viewers, the load under which the sale is paused and resumed.</summary>
    private const double PacedShare = 0.5;
    private const double PacedSeconds = 4;

    /// <summary>
    /// The parts with an announcement and without. In this order a machine that gets faster or slower helps neither.
    /// </summary>
    private static readonly bool[] Announces = [false, true, true, false];

    /// <summary>From the start of that load.</summary>
    private static readonly TimeSpan PausedAfter = TimeSpan.FromSeconds(0.5), ResumedAfter = TimeSpan.FromSeconds(2);

    /// <summary>From the batch's creation to its opening: all are to watch by then.</summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(4), WaitOfThousand = TimeSpan.FromSeconds(1);

    /// <summary>From a part's start to its announcement.</summary>
    private static readonly TimeSpan AnnouncedAfter = TimeSpan.FromSeconds(0.5);

    private readonly List<Spreading> _changes = [];

    public async Task<ViewersRound> RunAsync(
        WatchedSale without, IReadOnlyList<string> violationsWithout, CancellationToken cancellationToken)
    {
        var (many, few) = (options.Purchases, (int)(without.PurchasesPerSecond * PacedShare * PacedSeconds));
        var opens = DateTimeOffset.UtcNow + LeastWait + WaitOfThousand * (options.Viewers / 1e3);
        var inParts = many * Announces.Length;
        await market.CreateAsync(batch, many + inParts + few, opens);
        var (first, second) = (market.Purchases(batch, 0, many), market.Purchases(batch, many + inParts, few));
        await crowd.ConnectAsync(cancellationToken);
        if (DateTimeOffset.UtcNow >= opens) throw new EngineException("the sale opened before all could watch");

        // What was prepared is cleared away now, not while throughput is taken.
        GC.Collect();
        var opening = crowd.Expect("on-sale");
        var purchases = new Requests(first) { StartsIn = opens - DateTimeOffset.UtcNow };
        await SendAsync(purchases, cancellationToken);
        await ReachedAsync(opening, "it opens, and everybody buys", Requests.TicksOf(opens), cancellationToken);
        var with = await ViewersRun.MeasureAsync(market, purchases);

        var (parts, sold) = (new List<SalePart>(), new List<Requests> { purchases });
        foreach (var announces in Announces)
        {
            var again = new Requests(market.Purchases(batch, sold.Count * many, many));
            parts.Add(await SellPartAsync(again, announces, cancellationToken));
            sold.Add(again);
        }

        var paced = new Requests(second, without.PurchasesPerSecond * PacedShare);
        await Task.WhenAll(SendAsync(paced, cancellationToken), PauseAndResumeAsync(cancellationToken));
        var rest = new Requests(market.Purchases(batch, many + inParts + few, await market.FreeAsync(batch)));
        var soldOut = crowd.Expect("sold-out");
        await SendAsync(rest, cancellationToken);
        await crowd.ReachedAsync(soldOut, cancellationToken);
        await OperateAsync("close", "closed", cancellationToken);
        var (sale, violations) = await market.AuditAsync(batch, cancellationToken, [.. sold, paced, rest]);
        var soldOutAt = sale.SoldOutAt ?? throw new EngineException("the batch was not sold out");
        Note(soldOut, "the last unit, under load", Requests.TicksOf(soldOutAt));
        return new ViewersRound(
            without, with, parts, _changes, crowd.Lost, [.. violationsWithout, .. violations]);
    }

    private async Task<SalePart> SellPartAsync(Requests purchases, bool announces, CancellationToken cancellationToken)
    {
        GC.Collect();
        var meter = new UsageMeter(market.Engine.Processes[0].Id);
        await Task.WhenAll(
            SendAsync(purchases, cancellationToken),
            announces ? AnnounceAsync(cancellationToken) : Task.CompletedTask);
        var used = meter.Stop();
        return new SalePart(
            announces, Market.RequireAll(purchases), used.HostSeconds * 1e6 / purchases.Count, used.OthersShare);
    }

    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(AnnouncedAfter, cancellationToken);
        var (reach, since) = (crowd.Expect(Reach.Announcement), Stopwatch.GetTimestamp());
        await market.AnnounceAsync(batch);
        await ReachedAsync(reach, "under load", since, cancellationToken);
    }

    private async Task PauseAndResumeAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(PausedAfter, cancellationToken);
        await OperateAsync("pause", "paused", cancellationToken);
        await Task.Delay(ResumedAfter - PausedAfter, cancellationToken);
        await OperateAsync("resume", "on-sale", cancellationToken);
    }

    private async Task OperateAsync(string action, string phase, CancellationToken cancellationToken)
    {
        var (reach, since) = (crowd.Expect(phase), Stopwatch.GetTimestamp());
        await market.OperateAsync(batch, action);
        await ReachedAsync(reach, action, since, cancellationToken);
    }

    private Task SendAsync(Requests purchases, CancellationToken cancellationToken) =>
        market.SendAsync(purchases, ViewersRun.Connections, cancellationToken);

    private async Task ReachedAsync(Reach reach, string what, long since, CancellationToken cancellationToken)
    {
        await crowd.ReachedAsync(reach, cancellationToken);
        Note(reach, what, since);
    }

    private void Note(Reach reach, string what, long since) =>
        _changes.Add(new Spreading(reach.News, what, reach.SecondsTo(0.99, since)));
}

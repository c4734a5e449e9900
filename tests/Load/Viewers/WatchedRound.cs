using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>
/// A sale that nobody watches, and then one before everybody's eyes. It opens and all its throughput is asked for; then
/// again, by turns with an announcement and without; under half of that it is paused and resumed; what is left is
/// bought at once; it is closed. What a change is counted from is never later than the change: the opening's instant,
/// the operator's request, the ledger's entry of the last unit.
/// </summary>
internal sealed class WatchedRound(Market market, ViewersOptions options, int round)
{
    /// <summary>
    /// Figures: purchases a second with viewers ÷ without; the engine's memory for a viewer, in KB; streams that ended;
    /// purchases a second, and processor time of each, with an announcement ÷ without.
    /// </summary>
    public const string Kept = "purchasesKept", Resident = "residentKilobytes", Managed = "managedKilobytes",
        Lost = "streamsLost", Announcing = "purchasesAnnouncing", ProcessorAnnouncing = "processorAnnouncing";

    /// <summary>Ends the name of a figure: from some news until 99 % of the viewers know it, in s.</summary>
    public const string Reached = " reaches 99 %";

    /// <summary>Keep-alive connections of the purchases, in a closed loop.</summary>
    public const int Connections = 64;

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

    private readonly OrderedDictionary<string, double> _figures = [];
    private readonly string _batch = market.NextBatch();

    public async Task<Reading> RunAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Round {round}: a sale that nobody watches, and one that {options.Viewers} do …");
        var first = await MemoryAsync(cancellationToken);
        var (quiet, unwatched) = await market.SellOutAsync(options.Purchases, Connections, cancellationToken);
        var before = await MemoryAsync(cancellationToken);
        var (_, violations) = await market.AuditAsync(quiet, cancellationToken, unwatched);
        var request = market.Writer.Watch(_batch);
        using var crowd = new Crowd(
            options.Viewers, market.Engine.Fronts[0],
            viewer => options.SignedIn ? market.Writer.WatchOwn(_batch, viewer) : request, round);
        var without = before + (before - first);
        violations =
            [.. violations, .. await SellWatchedAsync(crowd, unwatched.PerSecond, without, cancellationToken)];
        _figures[Lost] = crowd.Lost;
        return new Reading($"{options.Viewers} viewers", round, _figures, violations);
    }

    private async Task<IReadOnlyList<string>> SellWatchedAsync(
        Crowd crowd, double perSecond, Memory without, CancellationToken cancellationToken)
    {
        var (many, few) = (options.Purchases, (int)(perSecond * PacedShare * PacedSeconds));
        var opens = DateTimeOffset.UtcNow + LeastWait + WaitOfThousand * (options.Viewers / 1e3);
        var inParts = many * Announces.Length;
        await market.CreateAsync(_batch, many + inParts + few, opens);
        var (first, second) = (market.Purchases(_batch, 0, many), market.Purchases(_batch, many + inParts, few));
        await crowd.ConnectAsync(cancellationToken);
        if (DateTimeOffset.UtcNow >= opens) throw new EngineException("the sale opened before all could watch");

        // The garbage of the preparation is collected now, not while throughput is taken.
        GC.Collect();
        var opening = crowd.Expect("on-sale");
        var purchases = new Requests(first) { StartsIn = opens - DateTimeOffset.UtcNow };
        await market.SendAsync(purchases, Connections, cancellationToken);
        await crowd.ReachedAsync(opening, cancellationToken);
        Note(opening, "it opens, and everybody buys", Requests.TicksOf(opens));
        _figures[Kept] = Market.RequireAll(purchases) / perSecond;
        var viewers = await MemoryAsync(cancellationToken) - without;
        _figures[Resident] = viewers.Resident * 1e3 / options.Viewers;
        _figures[Managed] = viewers.Managed * 1e3 / options.Viewers;

        var sold = new List<Requests> { purchases };
        await SellInPartsAsync(crowd, sold, cancellationToken);
        var paced = new Requests(second, perSecond * PacedShare);
        await Task.WhenAll(
            market.SendAsync(paced, Connections, cancellationToken), PauseAndResumeAsync(crowd, cancellationToken));
        var rest = new Requests(market.Purchases(_batch, many + inParts + few, await market.FreeAsync(_batch)));
        var soldOut = crowd.Expect("sold-out");
        await market.SendAsync(rest, Connections, cancellationToken);
        await crowd.ReachedAsync(soldOut, cancellationToken);
        await SpreadAsync(crowd, "closed", "close", () => market.OperateAsync(_batch, "close"), cancellationToken);
        var (sale, violations) = await market.AuditAsync(_batch, cancellationToken, [.. sold, paced, rest]);
        var soldOutAt = sale.SoldOutAt ?? throw new EngineException("the batch was not sold out");
        Note(soldOut, "the last unit, under load", Requests.TicksOf(soldOutAt));
        return violations;
    }

    /// <summary>As many purchases again for each part, in a closed loop.</summary>
    private async Task SellInPartsAsync(Crowd crowd, List<Requests> sold, CancellationToken cancellationToken)
    {
        var parts = new List<(bool Announces, double PerSecond, Usage Used)>();
        foreach (var announces in Announces)
        {
            var again = new Requests(market.Purchases(_batch, sold.Count * options.Purchases, options.Purchases));
            GC.Collect();
            var meter = new UsageMeter(market.Engine.Processes[0].Id);
            await Task.WhenAll(
                market.SendAsync(again, Connections, cancellationToken),
                announces ? AnnounceAsync(crowd, cancellationToken) : Task.CompletedTask);
            var used = meter.Stop();
            parts.Add((announces, Market.RequireAll(again), used));
            sold.Add(again);
        }

        var (announced, quiet) = (parts.Where(part => part.Announces), parts.Where(part => !part.Announces));
        _figures[Announcing] = announced.Average(part => part.PerSecond) / quiet.Average(part => part.PerSecond);
        _figures[ProcessorAnnouncing] =
            announced.Average(part => part.Used.HostSeconds) / quiet.Average(part => part.Used.HostSeconds);
        _figures[Usage.Others] = parts.Average(part => part.Used.OthersShare);
    }

    private async Task AnnounceAsync(Crowd crowd, CancellationToken cancellationToken)
    {
        await Task.Delay(AnnouncedAfter, cancellationToken);
        await SpreadAsync(
            crowd, Reach.Announcement, "under load", () => market.AnnounceAsync(_batch), cancellationToken);
    }

    private async Task PauseAndResumeAsync(Crowd crowd, CancellationToken cancellationToken)
    {
        await Task.Delay(PausedAfter, cancellationToken);
        await SpreadAsync(crowd, "paused", "pause", () => market.OperateAsync(_batch, "pause"), cancellationToken);
        await Task.Delay(ResumedAfter - PausedAfter, cancellationToken);
        await SpreadAsync(crowd, "on-sale", "resume", () => market.OperateAsync(_batch, "resume"), cancellationToken);
    }

    private async Task SpreadAsync(
        Crowd crowd, string news, string what, Func<Task> operateAsync, CancellationToken cancellationToken)
    {
        var (reach, since) = (crowd.Expect(news), Stopwatch.GetTimestamp());
        await operateAsync();
        await crowd.ReachedAsync(reach, cancellationToken);
        Note(reach, what, since);
    }

    /// <summary>The slowest of the same news counts. What never came counts as if it came at patience's end.</summary>
    private void Note(Reach reach, string what, long since)
    {
        var (name, seconds) = ($"{reach.News} ({what}){Reached}", reach.SecondsTo(0.99, since));
        _figures[name] = Math.Max(
            _figures.GetValueOrDefault(name), seconds ?? Crowd.ReachedWithin.TotalSeconds);
    }

    private async Task<Memory> MemoryAsync(CancellationToken cancellationToken)
    {
        await market.Engine.CollectAsync(cancellationToken);
        return new(
            market.Engine.ResidentMegabytes,
            await market.Engine.ManagedMegabytesAsync()
                ?? throw new EngineException("the engine does not report its managed heap"));
    }

    /// <summary>The memory that the engine uses, in MB.</summary>
    private readonly record struct Memory(double Resident, double Managed)
    {
        public static Memory operator +(Memory a, Memory b) => new(a.Resident + b.Resident, a.Managed + b.Managed);

        public static Memory operator -(Memory a, Memory b) => new(a.Resident - b.Resident, a.Managed - b.Managed);
    }
}

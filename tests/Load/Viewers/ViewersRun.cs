using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace OrleansSale.Tests.Load.Viewers;

internal sealed record ViewersOptions : ExperimentOptions
{
    /// <summary>Files that a process has open besides its viewers' connections.</summary>
    private const int OtherFiles = 1_000;

    [Description("Event streams."), Range(1, 1_000_000)]
    public int Viewers { get; init; } = 10_000;

    [Description("Sign the viewers in: each has the stream with their own orders.")]
    public bool SignedIn { get; init; }

    [Description("Sales without viewers and with them, by turns."), Range(1, 100)]
    public int Rounds { get; init; } = 3;

    [Description("Purchases by which throughput is measured in each sale."), Range(100, 1_000_000)]
    public int Purchases { get; init; } = 40_000;

    // The runtime has raised the limit as far as it may by itself, here and in the engine.
    protected override string? Fault()
    {
        var limit = File.ReadLines("/proc/self/limits")
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(limit, CultureInfo.InvariantCulture, out var most) && Viewers + OtherFiles > most
            ? $"{Viewers} viewers need more open files than the {most} that are allowed here (ulimit -Hn)"
            : base.Fault();
    }
}

/// <summary>Sales by turns: one that nobody watches, and one that everybody does, through all its phases.</summary>
internal static class ViewersRun
{
    /// <summary>An engine gets faster for some sales. Without these the watched sale would gain from that.</summary>
    private const int WarmUpSales = 3;

    /// <summary>
    /// They watch one more sale before the first round. What an engine takes once, such as compiled code, is no
    /// viewer's. So few leave nothing behind that would hide what 10,000 take.
    /// </summary>
    private const int WarmUpViewers = 100;

    /// <summary>How soon a change of phase or an announcement must reach 99 % of the viewers.</summary>
    private const double ReachedWithinSeconds = 1;

    /// <summary>What must be left of the throughput that purchases have without viewers.</summary>
    private const double LeastThroughput = 0.7;

    /// <summary>Memory of the engine for a viewer, in KB.</summary>
    private const double MostKilobytes = 20;

    /// <summary>What an announcement may leave of the throughput, and make of the processor time.</summary>
    private const double LeastWhileAnnouncing = 0.95, MostProcessorWhileAnnouncing = 1.05;

    public static async Task<Report> RunAsync(ViewersOptions options, CancellationToken cancellationToken)
    {
        var starting = EngineUnderLoad.StartAsync(onPostgres: false, cancellationToken);
        var rounds = await Market.RunAsync(starting, async market =>
        {
            Console.WriteLine("Warming up …");
            for (var sale = 1; sale <= WarmUpSales; sale++)
                await market.SellOutAsync(options.Purchases, WatchedRound.Connections, cancellationToken);
            var few = options with { Viewers = Math.Min(WarmUpViewers, options.Viewers) };
            var warm = await new WatchedRound(market, few, 0).RunAsync(cancellationToken);
            if (warm.Findings.Count > 0) throw new EngineException(warm.Line());
            return await Rounds.RunAsync(
                options.Rounds, [market],
                (round, _) => new WatchedRound(market, options, round).RunAsync(cancellationToken));
        });
        return Report.Of(
            rounds, FigureTable.Columns("Median (least–most) of the rounds", rounds.Rows()), Judge(rounds),
            new Figures { ["viewers"] = options.Viewers });
    }

    /// <summary>
    /// All checks. Of every change of phase and announcement the slowest round counts. Memory is compared in the first
    /// round, for an engine keeps what it once had. What as many orders took in the sale that nobody watched is not the
    /// viewers'. What announcements cost purchases is a goal: it is finer than a machine that others use too can decide
    /// in a few rounds.
    /// </summary>
    public static IReadOnlyList<Check> Judge(IReadOnlyList<Reading> rounds)
    {
        return
        [
            .. rounds[0].Figures.Keys.Where(name => name.EndsWith(WatchedRound.Reached, StringComparison.Ordinal))
                .Select(name => Check.AtMost($"{name}, slowest round", Of(name).Most, ReachedWithinSeconds, "s")),
            Check.AtLeast("purchases with viewers ÷ without", Of(WatchedRound.Kept), LeastThroughput),
            Check.AtMost(
                "resident memory per viewer", rounds[0].Figures[WatchedRound.Resident], MostKilobytes, "KB"),
            Check.AtMost("managed heap per viewer", rounds[0].Figures[WatchedRound.Managed], MostKilobytes, "KB"),
            Check.AtMost("streams that ended before their time", Of(WatchedRound.Lost).Most, 0),
            Check.Goal(
                "purchases with an announcement ÷ without", Of(WatchedRound.Announcing), LeastWhileAnnouncing),
            Check.Goal(
                "the engine's processor time a purchase, likewise", Of(WatchedRound.ProcessorAnnouncing),
                MostProcessorWhileAnnouncing, isLeast: false),
        ];

        Spread Of(string figure) => Spread.Of(rounds, round => round.Figures[figure]);
    }
}

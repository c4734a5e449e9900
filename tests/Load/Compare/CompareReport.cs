using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Compare;

internal static class CompareReport
{
    private static readonly string[] Notes =
    [
        "I3 is not audited of purchases: this program signs the tickets, and no reservation stands behind them. " +
            "Users who buy with a token alone or by a reply have reserved over HTTP before.",
        "Tickets, tokens and replies are signed before a measurement. So the generator's time has none of that.",
        "Every measurement has a fresh batch, and every request another user. All other contenders stand still " +
            "(SIGSTOP). Each counts with the connections that suit it best.",
        "Comparators run on the engine's web server and runtime settings, and check tickets and write orders by the " +
            "engine's own code; they do not look at the request's body.",
    ];

    /// <summary>The report of all turns. Findings about the engine fail it; others are only listed.</summary>
    /// <param name="closed">The closed loop: a reading for each turn, by contender.</param>
    /// <param name="open">The open loop, likewise for each share of the peak.</param>
    public static Report Of(
        CompareOptions options, IReadOnlyList<Reading> closed, IReadOnlyList<Reading> open, Surroundings surroundings)
    {
        var ratios = Ratio.All.Where(ratio => ratio.IsMeasured(closed)).ToList();
        var (goals, rows) = (ratios.Select(ratio => ratio.Of(closed)).ToList(), ratios.Select(one => one.Row(closed)));
        var ours = Contender.All.Where(contender => contender.IsOurs).Select(contender => contender.Name).ToList();
        return new Report
        {
            Surroundings = surroundings,
            Figures = new Figures
            {
                ["rounds"] = options.Rounds,
                ["seconds"] = options.Seconds,
                ["warmUpSeconds"] = options.WarmUpSeconds,
                ["contenders"] = options.Contenders,
                ["ratios"] = goals.ToDictionary(goal => goal.Name, goal => goal.Measured.Median),
                ["ratioSpreads"] = rows,
                ["closedLoop"] = closed,
                ["openLoop"] = open,
            },
            Tables =
            [
                FigureTable.Of(
                    "Closed loop, answers a second: median (least–most) of the rounds; CPU in µs",
                    [.. closed.Rows()]),
                FigureTable.Of("Open loop, ms from the intended start", [.. open.Rows()]),
                FigureTable.Of("Ratios, round by round", [.. rows]),
            ],
            Goals = goals,
            // A figure is worth little if others had the machine meanwhile, and it must say so itself.
            Notes = [.. Notes, .. Survey.Disturbance(closed.Select(one => one.Figures[ClosedRun.Others]))],
            Failures = [.. closed.Where(reading => ours.Contains(reading.Of)).Failures()],
        };
    }
}

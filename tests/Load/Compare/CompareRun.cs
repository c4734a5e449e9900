using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Load.Compare;

internal sealed record CompareOptions : ExperimentOptions
{
    private const int MaxSeconds = 30, MaxConnections = 10_000;

    [Description("How often everybody has a turn."), Range(1, 100)]
    public int Rounds { get; init; } = 5;

    [Description("About how long a measurement takes: it has as many users as are served in that time."),
        Range(1, MaxSeconds)]
    public int Seconds { get; init; } = 3;

    [Description("Load on each contender before the first round, not counted."), Range(1, MaxSeconds)]
    public int WarmUpSeconds { get; init; } = 20;

    [Description("Connections of the closed loop, one measurement each, such as 64 256 2048.")]
    public int[] Connections { get; init; } = [64, 256];

    [Description("Letters or names of contenders, such as a,b,redis-always.")]
    public string? Only { get; init; }

    [Description("The engine's assembly of another build, whose purchases are a contender too.")]
    public FileInfo? Before { get; init; }

    public IReadOnlyList<Contender> Contenders =>
    [
        .. Only is null ? Contender.All : Contender.Named(Only) ?? [],
        .. Before is null ? (IEnumerable<Contender>)[] : [Contender.PurchaseOf(Before.FullName)],
    ];

    protected override string? Fault()
    {
        if (Before is { Exists: false }) return $"--before: there is no {Before.FullName}.";
        if (Contenders.Count == 0)
            return $"--only must be of {string.Join(", ", Contender.All.Select(one => $"{one.Letter} {one.Name}"))}.";
        return Connections.Min() < 1 || Connections.Max() > MaxConnections
            ? $"--connections must be within 1…{MaxConnections}."
            : base.Fault();
    }
}

/// <summary>
/// Each contender has processes of its own, which are warmed up once and stand still, frozen, while it is not their
/// turn. In each round everybody has a turn.
/// </summary>
internal static class CompareRun
{
    private const string Install = "source tests/packages.sh && install_postgresql && install_redis";

    private const string NotAudited =
        "I3 is not audited of tickets: this program signs them, and no reservation stands behind them.";

    public static async Task<Report> RunAsync(CompareOptions options, CancellationToken cancellationToken)
    {
        var programs = await RequireProgramsAsync(cancellationToken);
        var entrants = new List<Entrant>();
        try
        {
            foreach (var contender in options.Contenders)
            {
                Console.WriteLine($"Warming up {contender.Name}: {contender.Title} …");
                var stage = await Stage.StartAsync(contender, cancellationToken);
                entrants.Add(new Entrant(contender, options, stage));
                await entrants[^1].WarmUpAsync(cancellationToken);
            }

            var turns = await Rounds.RunAsync(
                options.Rounds, entrants, (round, entrant) => entrant.TakeTurnAsync(round, cancellationToken));
            return ReportOf(options, programs, turns);
        }
        finally
        {
            foreach (var entrant in entrants) await entrant.DisposeAsync();
        }
    }

    /// <summary>The report of all turns. Findings about the engine fail it; others are only listed.</summary>
    public static Report ReportOf(CompareOptions options, IReadOnlyList<string> programs, IReadOnlyList<Reading> turns)
    {
        var ratios = Ratio.All.Where(ratio => ratio.IsMeasured(turns)).ToList();
        var rows = ratios.Select(ratio => ratio.Row(turns));
        List<Check> goals = [.. ratios.Select(ratio => ratio.Of(turns)), .. BuildBefore.Judge(turns)];
        var ours = Contender.All.Where(contender => contender.IsOurs).Select(contender => contender.Name).ToList();
        var table = FigureTable.Rows("Answers a second: median (least–most) of the rounds; CPU in µs", turns.Rows());
        var figures = new Figures
        {
            ["rounds"] = options.Rounds,
            ["seconds"] = options.Seconds,
            ["warmUpSeconds"] = options.WarmUpSeconds,
            ["programs"] = programs,
            ["contenders"] = options.Contenders,
            ["ratios"] = goals.ToDictionary(goal => goal.Name, goal => goal.Measured!.Value.Median),
            ["ratioSpreads"] = rows,
        };
        return Report.Of(turns, table, goals, figures, NotAudited, string.Join(", ", programs)) with
        {
            Tables = [table, FigureTable.Rows("Ratios, round by round", rows)],
            Failures = [.. turns.Where(turn => ours.Contains(turn.Of)).Failures()],
        };
    }

    /// <summary>Sees to it that PostgreSQL and Redis are there, as the tests do; their versions.</summary>
    private static async Task<IReadOnlyList<string>> RequireProgramsAsync(CancellationToken cancellationToken)
    {
        var (status, text) = await ExternalProgram.RunAsync("bash", ["-c", Install], cancellationToken);
        if (status != 0) throw new EngineException($"what is compared could not be installed:\n{text}");
        string[] programs = ["redis-server", Path.Combine(PostgresServer.FindPrograms(), "postgres")];
        var told = await Task.WhenAll(
            programs.Select(program => ExternalProgram.RunAsync(program, ["--version"], cancellationToken)));
        return [.. told.Select(one => one.Text.Split('\n')[0].Trim())];
    }
}

using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>How long and how hard to compare.</summary>
internal sealed record CompareOptions : ExperimentOptions
{
    private const int MaxSeconds = 600;

    [Description("How often everybody has a turn."), Range(1, 100)]
    public int Rounds { get; init; } = 5;

    [Description("Length of a measurement of the closed loop."), Range(1, MaxSeconds)]
    public int Seconds { get; init; } = 3;

    [Description("Length of a measurement of the open loop."), Range(1, MaxSeconds)]
    public int OpenSeconds { get; init; } = 2;

    [Description("Load on each contender before the first round, not counted."), Range(1, MaxSeconds)]
    public int WarmUpSeconds { get; init; } = 20;

    [Description("Connections of the closed loop, one measurement each, such as 64,256,2048."), Range(1, 10_000)]
    public IReadOnlyList<int> Connections { get; init; } = [64, 256];

    [Description("Letters or names of contenders, such as a,b,redis-always.")]
    public string? Only { get; init; }

    [Description("One short round, to see that everything works; the figures say nothing.")]
    public bool Quick { get; init; }

    /// <summary>The contenders, in the order of their letters.</summary>
    public IReadOnlyList<Contender> Contenders
    {
        get => field ?? (Only is null ? Contender.All : Contender.Named(Only) ?? []);
        init;
    }

    /// <summary>Open loop: arrivals in percent of the peak that the closed loop has just shown.</summary>
    public IReadOnlyList<int> OpenPercents { get; init; } = [50, 90];

    /// <summary>Units of the batch that is sold out before refusals are measured: so many users hold one.</summary>
    public int SoldOutUnits { get; init; } = 50_000;

    /// <summary>These, or those of one short round if that is asked for.</summary>
    public CompareOptions Effective => Quick
        ? this with { Rounds = 1, Seconds = 1, OpenSeconds = 1, WarmUpSeconds = 2, SoldOutUnits = 2_000 }
        : this;

    public override string? Fault()
    {
        if (Contenders.Count == 0)
            return $"--only must be of {string.Join(", ", Contender.All.Select(one => $"{one.Letter} {one.Name}"))}.";
        return Connections.Min() < WrkRun.Threads
            ? $"--connections must be {WrkRun.Threads} or more: wrk has as many threads."
            : null;
    }
}

/// <summary>
/// The rounds. Each contender has processes of its own, which are warmed up once and stand still, frozen, while it is
/// not their turn. In each round everybody has a turn; the order is rotated by one from round to round.
/// </summary>
internal sealed class CompareRun(CompareOptions options)
{
    private static readonly string[] Notes =
    [
        "I3 is not audited of purchases: this program signs the tickets, and no reservation stands behind them.",
        "Every measurement has a fresh batch, and every request another user. All other contenders stand still " +
            "(SIGSTOP). Each counts with the connections that suit it best.",
        "Comparators run on the engine's web server and runtime settings, and check tickets and write orders by the " +
            "engine's own code; they do not look at the request's body.",
    ];

    // In memory, where there is such a folder.
    private readonly string _requests = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"orleanssale-compare-{Environment.ProcessId}");

    private readonly List<Entrant> _entrants = [];

    /// <summary>The command <c>compare</c>.</summary>
    public static Command Command() => Experiment.Of<CompareOptions>(
        "compare", "Compares the engine with what would be taken instead, and with the machine's limit.",
        async (given, cancellationToken) =>
        {
            var surroundings = Survey.Take(await DebianPrograms.RequireAsync(cancellationToken));
            var turns = await new CompareRun(given.Effective).RunAsync(cancellationToken);
            return CompareReport.Of(given.Effective, turns, surroundings, Notes);
        });

    /// <summary>Runs all rounds. All processes have ended and their data is gone when this returns.</summary>
    /// <exception cref="EngineException">A contender could not be measured.</exception>
    private async Task<IReadOnlyList<TurnResult>> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_requests);
        try
        {
            foreach (var contender in options.Contenders) await EnterAsync(contender, cancellationToken);
            var results = new List<TurnResult>();
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var entrant in Rounds.Rotate(_entrants, round - 1))
                {
                    results.Add(await entrant.TakeTurnAsync(round, cancellationToken));
                    Console.WriteLine(LineOf(results[^1]));
                }
            }

            return results;
        }
        finally
        {
            foreach (var entrant in _entrants) await entrant.DisposeAsync();
            Directory.Delete(_requests, recursive: true);
        }
    }

    private async Task EnterAsync(Contender contender, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Warming up {contender.Name}: {contender.Title} …");
        var secrets = EngineSecrets.Make();
        var stage = await Stage.StartAsync(contender, secrets, cancellationToken);
        var entrant = new Entrant(contender, options, stage, secrets, new WrkRun(_requests));
        _entrants.Add(entrant);
        await entrant.WarmUpAsync(cancellationToken);
    }

    private string LineOf(TurnResult result)
    {
        var closed = result.Closed.OrderBy(closed => closed.Connections)
            .Select(closed => Invariant($"{closed.Connections}: {closed.PerSecond,7:n0}/s"));
        var open = result.Open.Select(open => Invariant(
            $"{open.Percent} %: p99 {open.P99Ms,6:n1} ms{(open.Sustained ? "" : " (not kept up)")}"));
        var others = Invariant($"others {result.Closed.Average(closed => closed.OthersShare):p0}");
        return $"{result.Round}/{options.Rounds} {result.Contender.Name,-16} " +
            string.Join("  ", [.. closed, .. open, others, .. result.Findings]);
    }
}

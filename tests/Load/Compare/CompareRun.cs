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

    [Description("Length of a measurement."), Range(1, MaxSeconds)]
    public int Seconds { get; init; } = 3;

    [Description("Load on each contender before the first round, not counted."), Range(1, MaxSeconds)]
    public int WarmUpSeconds { get; init; } = 20;

    [Description("Connections of the closed loop, one measurement each, such as 64 256 2048."), Range(1, 10_000)]
    public int[] Connections { get; init; } = [64, 256];

    [Description("Letters or names of contenders, such as a,b,redis-always.")]
    public string? Only { get; init; }

    /// <summary>The contenders, in the order of their letters.</summary>
    public IReadOnlyList<Contender> Contenders => Only is null ? Contender.All : Contender.Named(Only) ?? [];

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
    // In memory, where there is such a folder.
    private readonly string _requests = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"orleanssale-compare-{Environment.ProcessId}");

    private readonly List<Entrant> _entrants = [];

    /// <summary>The command <c>compare</c>.</summary>
    public static Command Command() => Experiment.Of<CompareOptions>(
        "compare", "Compares the engine with what would be taken instead, and with the machine's limit.",
        async (options, cancellationToken) =>
        {
            var surroundings = Survey.Take(await DebianPrograms.RequireAsync(cancellationToken));
            var (closed, open) = await new CompareRun(options).RunAsync(cancellationToken);
            return CompareReport.Of(options, closed, open, surroundings);
        });

    /// <summary>Runs all rounds. All processes have ended and their data is gone when this returns.</summary>
    /// <exception cref="EngineException">A contender could not be measured.</exception>
    private async Task<(IReadOnlyList<Reading> Closed, IReadOnlyList<Reading> Open)> RunAsync(
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_requests);
        try
        {
            foreach (var contender in options.Contenders) await EnterAsync(contender, cancellationToken);
            var (closed, open) = (new List<Reading>(), new List<Reading>());
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var entrant in Rounds.Rotate(_entrants, round - 1))
                {
                    var turn = await entrant.TakeTurnAsync(round, cancellationToken);
                    closed.Add(turn.Closed);
                    open.AddRange(turn.Open);
                    Console.WriteLine(turn.Closed.Line());
                }
            }

            return (closed, open);
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
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Compare;

internal sealed record CompareOptions : ExperimentOptions
{
    private const int MaxSeconds = 600, MaxConnections = 10_000;

    [Description("How often everybody has a turn."), Range(1, 100)]
    public int Rounds { get; init; } = 5;

    [Description("Length of a measurement."), Range(1, MaxSeconds)]
    public int Seconds { get; init; } = 3;

    [Description("Load on each contender before the first round, not counted."), Range(1, MaxSeconds)]
    public int WarmUpSeconds { get; init; } = 20;

    [Description("Connections of the closed loop, one measurement each, such as 64 256 2048.")]
    public int[] Connections { get; init; } = [64, 256];

    [Description("Letters or names of contenders, such as a,b,redis-always.")]
    public string? Only { get; init; }

    public IReadOnlyList<Contender> Contenders => Only is null ? Contender.All : Contender.Named(Only) ?? [];

    protected override string? Fault()
    {
        if (Contenders.Count == 0)
            return $"--only must be of {string.Join(", ", Contender.All.Select(one => $"{one.Letter} {one.Name}"))}.";
        return Connections.Min() < WrkRun.Threads || Connections.Max() > MaxConnections
            ? $"--connections must be within {WrkRun.Threads}…{MaxConnections}: wrk has as many threads."
            : base.Fault();
    }
}

/// <summary>
/// The rounds. Each contender has processes of its own, which are warmed up once and stand still, frozen, while it is
/// not their turn. In each round everybody has a turn; the order is rotated by one from round to round.
/// </summary>
internal static class CompareRun
{
    public static async Task<Report> RunAsync(CompareOptions options, CancellationToken cancellationToken)
    {
        var surroundings = Survey.Take(await DebianPrograms.RequireAsync(cancellationToken));
        using var wrk = new WrkRun();
        var (entrants, closed, open) = (new List<Entrant>(), new List<Reading>(), new List<Reading>());
        try
        {
            foreach (var contender in options.Contenders)
            {
                Console.WriteLine($"Warming up {contender.Name}: {contender.Title} …");
                var stage = await Stage.StartAsync(contender, cancellationToken);
                entrants.Add(new Entrant(contender, options, stage, wrk));
                await entrants[^1].WarmUpAsync(cancellationToken);
            }

            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var entrant in Rounds.Rotate(entrants, round - 1))
                {
                    var turn = await entrant.TakeTurnAsync(round, cancellationToken);
                    closed.Add(turn.Closed);
                    open.AddRange(turn.Open);
                    Console.WriteLine(turn.Closed.Line());
                }
            }
        }
        finally
        {
            foreach (var entrant in entrants) await entrant.DisposeAsync();
        }

        return CompareReport.Of(options, closed, open, surroundings);
    }
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Engine;

internal sealed record MeasureOptions : ExperimentOptions
{
    public const string Sqlite = "sqlite", Postgres = "postgres", Both = "both";

    [Description("Which ledger: sqlite, postgres or both."),
        AllowedValues(Sqlite, Postgres, Both, ErrorMessage = "--ledger must be sqlite, postgres or both.")]
    public string Ledger { get; init; } = Both;

    [Description("Size of the batches as a share of their full one."), Range(0.001, 1)]
    public double Scale { get; init; } = 1;

    [Description("How often everything is measured."), Range(1, 100)]
    public int Rounds { get; init; } = 3;

    public IReadOnlyList<string> Ledgers => Ledger == Both ? [Sqlite, Postgres] : [Ledger];

    public IReadOnlyList<Shape> Shapes => [.. Shape.All.Select(shape => shape.Scaled(Scale))];
}

/// <summary>What is sold in one measurement.</summary>
/// <param name="Name">Its name in the report, whatever the scale.</param>
/// <param name="Batches">Batches, one after the other; all are created and active before.</param>
/// <param name="UnitsEach">Units of each: all are sold, one to a buyer.</param>
/// <param name="ThroughLane">
/// Whether buyers wait for their own answers at the lane of one front. Else their purchases come in full calls, several
/// of them under way at a time, as the lanes of several fronts would bring them.
/// </param>
internal sealed record Shape(string Name, int Batches, int UnitsEach, bool ThroughLane = false)
{
    public const string Small = "500x10k", Middle = "10x500k", Large = "1x5m", Lane = "lane";

    public static IReadOnlyList<Shape> All { get; } =
    [
        new(Small, 500, 10_000), new(Middle, 10, 500_000), new(Large, 1, 5_000_000),
        new(Lane, 1, 1_000_000, ThroughLane: true),
    ];

    public int Units => Batches * UnitsEach;

    public Shape Scaled(double scale) => this with { UnitsEach = Math.Max(1, (int)Math.Round(UnitsEach * scale)) };
}

/// <summary>
/// The rounds. In each everything is sold once on each ledger; the order of the shapes, and of the ledgers, is rotated
/// by one from round to round. The first round is audited in full.
/// </summary>
internal sealed class MeasureRun(MeasureOptions options)
{
    /// <summary>Size of the warm-up's batches as a share of their full one: 100,000 units of the large shape.</summary>
    private const double WarmUpScale = 0.02;

    private readonly List<Reading> _sales = [], _replays = [];

    public async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        var surroundings = Survey.Take();
        List<LedgerPlace> places = [];
        try
        {
            foreach (var ledger in options.Ledgers) places.Add(await LedgerPlace.OpenAsync(ledger, cancellationToken));
            await WarmUpAsync(places, cancellationToken);
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var shape in Rounds.Rotate(options.Shapes, round - 1))
                {
                    foreach (var place in Rounds.Rotate(places, round - 1))
                        await MeasureAsync(round, place, shape, cancellationToken);
                }
            }

            return MeasureReport.Of(
                options, places.ToDictionary(place => place.Name, place => place.Durability), _sales, _replays,
                surroundings);
        }
        finally
        {
            foreach (var place in places) await place.DisposeAsync();
        }
    }

    // Not counted. What is wrong shows in the rounds as well.
    private async Task WarmUpAsync(IReadOnlyList<LedgerPlace> places, CancellationToken cancellationToken)
    {
        foreach (var place in places)
        {
            foreach (var shape in Shape.All.Where(shape => shape.Name is Shape.Large or Shape.Lane))
            {
                var small = shape.Scaled(Math.Min(options.Scale, WarmUpScale));
                await new Measurement(0, place, small).RunAsync(cancellationToken);
            }
        }
    }

    private async Task MeasureAsync(int round, LedgerPlace place, Shape shape, CancellationToken cancellationToken)
    {
        var measurement = new Measurement(round, place, shape) { Audits = round == 1 };
        var (sale, replay) = await measurement.RunAsync(cancellationToken);
        _sales.Add(sale);
        Console.WriteLine(sale.Line());
        if (replay is null) return;
        _replays.Add(replay);
        Console.WriteLine(replay.Line());
    }
}

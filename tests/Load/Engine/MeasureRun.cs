using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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

/// <summary>Rounds in which everything is sold once on each ledger.</summary>
internal static class MeasureRun
{
    /// <summary>Size of the warm-up's batches as a share of their full one: 100,000 units of the large shape.</summary>
    private const double WarmUpScale = 0.02;

    private const int WarmUp = 0;

    public static async Task<Report> RunAsync(MeasureOptions options, CancellationToken cancellationToken)
    {
        var durability = new Dictionary<string, string>();
        // Not counted. What is wrong shows in the rounds as well.
        foreach (var ledger in options.Ledgers)
        {
            foreach (var shape in Shape.All.Where(shape => shape.Name is Shape.Large or Shape.Lane))
                await MeasureAsync(WarmUp, ledger, shape.Scaled(Math.Min(options.Scale, WarmUpScale)));
        }

        (Shape Shape, string Ledger)[] all =
            [.. options.Shapes.SelectMany(shape => options.Ledgers.Select(ledger => (shape, ledger)))];
        var sales = await Rounds.RunAsync(
            options.Rounds, all, (round, one) => MeasureAsync(round, one.Ledger, one.Shape));
        return MeasureReport.Of(options, durability, sales);

        async Task<Reading> MeasureAsync(int round, string ledger, Shape shape)
        {
            await using var place = await DataPlace.MakeAsync(ledger == MeasureOptions.Postgres, cancellationToken);
            durability[ledger] = place.Durability;
            return await new Measurement(ledger, shape, round).RunAsync(place, cancellationToken);
        }
    }
}

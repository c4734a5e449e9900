using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Engine;

namespace OrleansSale.Tests.Load.Line;

internal sealed record LineOptions : ExperimentOptions
{
    [Description("Purchases, joins, holds that end at one instant, and places that wait for them: so many of each."),
        Range(1_000, 1_000_000)]
    public int Units { get; init; } = 50_000;

    [Description("How often purchases and joins are measured by turns."), Range(1, 100)]
    public int Rounds { get; init; } = 5;

    [Description("The ledger is a PostgreSQL of its own, not SQLite files.")]
    public bool Postgres { get; init; }
}

/// <summary>
/// The line at the batch actor on its durable ledger, without HTTP: joins and purchases by turns, and then holds that
/// all end at one instant while as many places wait.
/// </summary>
internal static class LineRun
{
    public const string PerSecond = "perSecond";

    private const string Purchases = "purchases", Joins = "joins";

    private const double JoinsGoal = 0.8, EndingGoal = 5, OthersGoal = 0.8;

    private static readonly string[] Notes =
    [
        "In process: silo, ledger and callers share it, on the engine's runtime settings; no HTTP.",
        "Seconds count from the last hold's end to when all are released, and their units offered. The other batch " +
            "sells as fast as it can meanwhile, so the two share the machine.",
    ];

    public static async Task<Report> RunAsync(LineOptions options, CancellationToken cancellationToken)
    {
        await using var place = await DataPlace.MakeAsync(options.Postgres, cancellationToken);
        await using var engine = await HostedEngine.StartAsync(
            place, cancellationToken, $"--Orders:GraceSeconds={LineBatch.GraceSeconds}");
        // Not counted: an engine that has never sold is slower.
        foreach (var what in (string[])[Purchases, Joins]) await MeasureAsync(0, what);
        var turns = await Rounds.RunAsync<string>(options.Rounds, [Purchases, Joins], MeasureAsync);
        var ending = await new Ending(engine, options.Units).RunAsync(cancellationToken);
        var figures = new Figures
        {
            ["units"] = options.Units,
            ["durability"] = place.Durability,
            ["ending"] = ending,
        };
        var report = Report.Of(
            turns, FigureTable.Rows("Median (least–most) of the rounds", turns.Rows()),
            [
                Check.Goal("joins ÷ purchases", turns.Quotient(Joins, Purchases, PerSecond), JoinsGoal),
                Check.Goal(
                    "seconds until all holds are released and offered", ending.SecondsToLastOffer, EndingGoal,
                    isLeast: false),
                Check.Goal("purchases of another batch in these 5 s ÷ before", ending.OthersWithinBound, OthersGoal),
            ],
            figures, Notes);
        return report with
        {
            Tables = [.. report.Tables, FigureTable.Columns("Holds that end at one instant", [Figures.Of(ending)])],
            Failures = [.. report.Failures, .. ending.Findings],
        };

        async Task<Reading> MeasureAsync(int round, string what)
        {
            var batch = await LineBatch.OpenAsync(
                engine, $"{what}-{round}", what == Joins ? 1 : options.Units, options.Units, cancellationToken);
            // One buyer more takes the only unit.
            if (what == Joins) await batch.SendAsync(options.Units, 1, standBy: false);
            var (done, perSecond) = await batch.SendAsync(0, options.Units, standBy: what == Joins);
            List<string> findings = done == options.Units ? [] : [$"{done} of {options.Units} {what} were made"];
            // The first round's ledgers are audited.
            if (round == 1)
                findings.AddRange(await batch.AuditAsync(what == Joins ? options.Units : 0, cancellationToken));
            return new Reading(what, round, new Dictionary<string, double> { [PerSecond] = perSecond }, findings);
        }
    }
}

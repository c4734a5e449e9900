using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Load.Payments;

internal sealed record PaymentsOptions : ExperimentOptions
{
    [Description("Orders that wait for their payment in each measurement, and so notifications."),
        Range(100, 100_000)]
    public int Orders { get; init; } = 10_000;

    [Description("How often each store and the no-op have a turn."), Range(1, 100)]
    public int Rounds { get; init; } = 5;

    [Description("Connections of the payment provider; each waits for its answer before it goes on."),
        Range(1, 10_000)]
    public int Connections { get; init; } = 256;

    [Description("SQLite files alone, without a PostgreSQL.")]
    public bool NoPostgres { get; init; }
}

/// <summary>
/// The provider's notifications over HTTP, each answered when its capture is durable: SQLite, PostgreSQL and the no-op
/// POST by turns. Each has processes of its own, which stand still while it is not their turn.
/// </summary>
internal static class PaymentsRun
{
    public const string Sqlite = "sqlite", Postgres = "postgres";

    private const double SqliteGoal = 3_000, PostgresGoal = 2_000;

    private static readonly Ratio[] Ratios =
    [
        new("notification_vs_noop", Sqlite, Contender.NoOp, null),
        new("notification_postgres_vs_noop", Postgres, Contender.NoOp, null),
    ];

    private static readonly string[] Notes =
    [
        "Before each measurement every user reserves, buys a unit and opens the checkout, all over HTTP.",
        "Every notification comes a second time, which is not counted. Then the ledger is replayed, and held against " +
            "what the provider captured: each order is paid once.",
    ];

    public static async Task<Report> RunAsync(PaymentsOptions options, CancellationToken cancellationToken)
    {
        var entrants = new List<Notified>();
        var durability = new Dictionary<string, string>();
        try
        {
            var noOp = Contender.All.Single(contender => contender.Name == Contender.NoOp);
            entrants.Add(new NotifiedNoOp(await Stage.StartAsync(noOp, cancellationToken), options));
            foreach (var store in options.NoPostgres ? (string[])[Sqlite] : [Sqlite, Postgres])
            {
                var engine = await EngineUnderLoad.StartAsync(store == Postgres, cancellationToken);
                entrants.Add(new NotifiedEngine(store, new Market(engine), options));
                durability[store] = engine.Durability;
            }

            foreach (var entrant in entrants)
            {
                Console.WriteLine($"Warming up {entrant.Name} …");
                await entrant.WarmUpAsync(cancellationToken);
            }

            return ReportOf(options, durability, await Rounds.RunAsync(
                options.Rounds, entrants, (round, entrant) => entrant.TakeTurnAsync(round, cancellationToken)));
        }
        finally
        {
            foreach (var entrant in entrants) await entrant.DisposeAsync();
        }
    }

    /// <summary>The report of all turns.</summary>
    /// <param name="durability">What an answer rests on, by store.</param>
    public static Report ReportOf(
        PaymentsOptions options, IReadOnlyDictionary<string, string> durability, IReadOnlyList<Reading> turns)
    {
        var ratios = Ratios.Where(ratio => ratio.IsMeasured(turns)).ToList();
        var rows = ratios.Select(ratio => ratio.Row(turns)).ToList();
        var table = FigureTable.Rows("Answers a second: median (least–most) of the rounds; CPU in µs", turns.Rows());
        var report = Report.Of(
            turns, table,
            [
                Goal(Sqlite, SqliteGoal),
                .. durability.ContainsKey(Postgres) ? (Check[])[Goal(Postgres, PostgresGoal)] : [],
                .. ratios.Select(ratio => ratio.Of(turns)),
            ],
            new Figures
            {
                ["orders"] = options.Orders,
                ["rounds"] = options.Rounds,
                ["connections"] = options.Connections,
                ["durability"] = durability,
                ["ratios"] = rows,
            },
            [.. Notes, .. durability.Select(one => $"{one.Key}: {one.Value}")]);
        return report with { Tables = [table, FigureTable.Rows("Ratios, round by round", rows)] };

        Check Goal(string store, double goal) => Check.Goal(
            $"notifications answered durably a second, {store}", turns.Figure(store, Measured.Peak), goal);
    }
}

using System.Text.Json;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Judgement.Engine;

/// <summary>From measurements to the report and its measures.</summary>
public sealed class EngineReports
{
    private const string Sqlite = MeasureOptions.Sqlite, Postgres = MeasureOptions.Postgres;
    private const int Units = 1_000;

    [Fact]
    public void The_measures_have_their_names_in_the_json_and_are_by_ledger()
    {
        var report = ReportOf(0.01, MeasureOptions.Both, [.. Round(1), .. Round(1, Postgres)]);
        using var json = JsonDocument.Parse(report.ToJson());
        foreach (var name in (string[])[
            "units_per_second", "units_per_second_lane", "cost_ratio_5m_to_10k", "bytes_per_hold", "replay_seconds_1m"])
        {
            json.RootElement.GetProperty(name).EnumerateObject().Select(ledger => ledger.Name)
                .ShouldBe([Sqlite, Postgres]);
            json.RootElement.GetProperty(name).GetProperty(Postgres).GetDouble().ShouldBeGreaterThan(0);
        }

        json.RootElement.GetProperty("scale").GetDouble().ShouldBe(0.01);
        json.RootElement.GetProperty("durability").GetProperty(Sqlite).GetString().ShouldBe("fsync");
        json.RootElement.GetProperty("turns").GetArrayLength().ShouldBe(8);
    }

    [Fact]
    public void Units_a_second_are_those_of_the_middle_shape_and_the_median_of_the_rounds() =>
        GoalOf("units_per_second", Round(1, middle: 100), Round(2, middle: 400), Round(3, middle: 200))
            .Measured.ShouldBe(new Spread(200, 100, 400));

    [Fact]
    public void The_cost_ratio_is_above_one_when_the_large_batch_is_the_slower_one_and_is_taken_within_each_round() =>
        // The machine was four times slower in the second round, for both: medians of either would say otherwise.
        GoalOf(
            "cost_ratio_5m_to_10k", Round(1, small: 120, large: 100), Round(2, small: 33, large: 30),
            Round(3, small: 150, large: 100)).Measured!.Value.Median.ShouldBe(1.2, 0.001);

    [Fact]
    public void The_cost_ratio_by_processor_time_counts_the_database_server_too()
    {
        Reading[] sales =
        [
            Sale(1, Sqlite, Shape.Small, new Usage(0, StoreSeconds: 1, GeneratorSeconds: 1, 0)),
            Sale(1, Sqlite, Shape.Large, new Usage(0, StoreSeconds: 2, GeneratorSeconds: 1, 0)),
            .. Round(1).Where(sale => !sale.Of.EndsWith(Shape.Small) && !sale.Of.EndsWith(Shape.Large)),
        ];
        GoalOf("cost_ratio_by_processor", sales).Measured!.Value.Median.ShouldBe(1.5, 0.001);
    }

    [Fact]
    public void A_hold_weighs_what_it_does_in_the_shape_where_it_is_heaviest() =>
        GoalOf(
            "bytes_per_hold",
            [
                .. Round(1).Where(sale => !sale.Of.EndsWith(Shape.Large)),
                Sale(1, Sqlite, Shape.Large, heldBytes: Units * 333),
            ]).Measured!.Value.Median.ShouldBe(333);

    [Theory]
    [InlineData(300_000, true), InlineData(299_000, false)]
    public void A_goal_that_is_the_least_is_missed_by_less(double middle, bool isReached) =>
        GoalOf("units_per_second", Round(1, middle: middle)).Holds.ShouldBe(isReached);

    [Theory]
    [InlineData(119, true), InlineData(121, false)]
    public void A_goal_that_is_the_most_is_missed_by_more(double small, bool isReached) =>
        GoalOf("cost_ratio_5m_to_10k", Round(1, small: small)).Holds.ShouldBe(isReached);

    [Fact]
    public void At_a_smaller_size_no_goal_is_reached_or_missed() =>
        ReportOf(0.01, Sqlite, Round(1, middle: 1e6)).Checks.ShouldAllBe(goal => goal.Holds == null);

    [Fact]
    public void What_a_check_found_fails_the_report_and_says_where()
    {
        ReportOf(0.01, Sqlite, Round(1)).Failures.ShouldBeEmpty();
        var sales = Round(2)
            .Select(sale => sale.Of.EndsWith(Shape.Lane) ? sale with { Findings = ["1 unit is missing"] } : sale);
        ReportOf(0.01, Sqlite, [.. Round(1), .. sales]).Failures
            .ShouldBe(["sqlite, lane, round 2: 1 unit is missing"]);
    }

    [Theory]
    [InlineData(0.01, false), InlineData(0.4, true)]
    public void A_machine_that_others_use_is_told(double others, bool told)
    {
        var sales = Shape.All.Select(shape => Sale(1, Sqlite, shape.Name, new Usage(0, 0, 1, others)));
        ReportOf(0.01, Sqlite, [.. sales]).Notes
            .Any(note => note.StartsWith("NOT QUIET", StringComparison.Ordinal)).ShouldBe(told);
    }

    [Fact]
    public void A_smaller_version_is_told() =>
        ReportOf(0.01, Sqlite, Round(1)).Notes
            .Count(note => note.StartsWith("SCALED", StringComparison.Ordinal)).ShouldBe(1);

    private static Check GoalOf(string measure, params Reading[][] rounds) =>
        ReportOf(1, Sqlite, [.. rounds.SelectMany(round => round)]).Checks
            .Single(goal => goal.Name == $"{measure}, {Sqlite}");

    private static Report ReportOf(double scale, string ledger, Reading[] sales)
    {
        var options = new MeasureOptions { Ledger = ledger, Scale = scale };
        return MeasureReport.Of(options, options.Ledgers.ToDictionary(one => one, _ => "fsync"), sales);
    }

    private static Reading[] Round(
        int round, string ledger = Sqlite, double small = 100, double middle = 100, double large = 100) =>
    [
        Sale(round, ledger, Shape.Small, perSecond: small), Sale(round, ledger, Shape.Middle, perSecond: middle),
        Sale(round, ledger, Shape.Large, perSecond: large), Sale(round, ledger, Shape.Lane),
    ];

    private static Reading Sale(
        int round, string ledger, string shape, Usage? used = null, double perSecond = 100, long heldBytes = 1)
    {
        var figures = Measurement.FiguresOf(
            Units, Units / perSecond, 1_000, heldBytes, used ?? new Usage(0, 0, 1, 0));
        if (shape == Shape.Lane) figures[Measurement.ReplaySeconds] = 2;
        return new Reading(Measurement.NameOf(ledger, shape), round, figures, []);
    }
}

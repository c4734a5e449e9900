using System.Text.Json;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Judgement.Engine;

/// <summary>From measurements to the report and its measures.</summary>
public sealed class EngineReports
{
    private const string Sqlite = MeasureOptions.Sqlite, Postgres = MeasureOptions.Postgres;

    [Fact]
    public void The_measures_have_their_names_in_the_json_and_are_by_ledger()
    {
        using var json =
            JsonDocument.Parse(ReportOf([Sqlite, Postgres], [.. Round(1, Sqlite), .. Round(1, Postgres)]).ToJson());
        foreach (var name in (string[])[
            "units_per_second", "units_per_second_lane", "cost_ratio_5m_to_10k", "bytes_per_hold", "replay_seconds_1m"])
        {
            json.RootElement.GetProperty(name).EnumerateObject().Select(ledger => ledger.Name)
                .ShouldBe([Sqlite, Postgres]);
            json.RootElement.GetProperty(name).GetProperty(Postgres).GetDouble().ShouldBeGreaterThan(0);
        }

        json.RootElement.GetProperty("scale").GetDouble().ShouldBe(0.01);
        json.RootElement.GetProperty("surroundings").GetProperty("machine").GetString().ShouldBe("a machine");
        json.RootElement.GetProperty("ledgers")[0].GetProperty("durability").GetString().ShouldBe("fsync");
        json.RootElement.GetProperty("sales").GetArrayLength().ShouldBe(8);
    }

    [Fact]
    public void Units_a_second_are_those_of_the_middle_shape_and_the_median_of_the_rounds()
    {
        var report = ReportOf(
            [Sqlite], Round(1, Sqlite, middle: 100), Round(2, Sqlite, middle: 400), Round(3, Sqlite, middle: 200));
        report.UnitsPerSecond[Sqlite].ShouldBe(200, 0.01);
        report.Ledgers.Single().Shapes.Single(shape => shape.Shape == Shape.Middle).PerSecond.Most.ShouldBe(400, 0.01);
    }

    [Fact]
    public void The_cost_ratio_is_above_one_when_the_large_batch_is_the_slower_one_and_is_taken_within_each_round()
    {
        // In the second round the machine was four times slower for both. A quotient of medians would be wrong.
        var report = ReportOf(
            [Sqlite], Round(1, Sqlite, small: 120, large: 100), Round(2, Sqlite, small: 33, large: 30),
            Round(3, Sqlite, small: 150, large: 100));
        report.CostRatio[Sqlite].ShouldBe(1.2, 0.001);
    }

    [Fact]
    public void The_cost_ratio_by_processor_time_counts_the_database_server_too()
    {
        var sales = Round(1, Postgres).Select(sale => sale.Shape switch
        {
            Shape.Small => sale with { ProcessorSeconds = 1, ServerSeconds = 1 },
            Shape.Large => sale with { ProcessorSeconds = 1, ServerSeconds = 2 },
            _ => sale,
        });
        ReportOf([Postgres], [.. sales]).Ledgers.Single().CostRatioByProcessor.Median.ShouldBe(1.5, 0.001);
    }

    [Fact]
    public void A_hold_weighs_what_it_does_in_the_shape_where_it_is_heaviest()
    {
        var sales = Round(1, Sqlite)
            .Select(sale => sale.Shape == Shape.Large ? sale with { HeldBytes = sale.Sold.Units * 333L } : sale);
        ReportOf([Sqlite], [.. sales]).BytesPerHold[Sqlite].ShouldBe(333);
    }

    [Theory]
    [InlineData(300_000, true), InlineData(299_000, false)]
    public void A_goal_that_is_the_least_is_missed_by_less(double middle, bool isReached) =>
        ReportOf(1, [Sqlite], Round(1, Sqlite, middle: middle)).Ledgers.Single().Goals[0].IsReached.ShouldBe(isReached);

    [Theory]
    [InlineData(119, true), InlineData(121, false)]
    public void A_goal_that_is_the_most_is_missed_by_more(double small, bool isReached) =>
        ReportOf(1, [Sqlite], Round(1, Sqlite, small: small)).Ledgers.Single().Goals
            .Single(goal => goal.Name == MeasureGoals.CostRatio).IsReached.ShouldBe(isReached);

    [Fact]
    public void At_a_smaller_size_no_goal_is_reached_or_missed() =>
        ReportOf([Sqlite], Round(1, Sqlite, middle: 1e6)).Ledgers.Single().Goals.ShouldAllBe(
            goal => goal.IsReached == null);

    [Fact]
    public void What_a_check_found_fails_the_report_and_says_where()
    {
        ReportOf([Sqlite], Round(1, Sqlite)).Failures.ShouldBeEmpty();
        var sales = Round(2, Sqlite)
            .Select(sale => sale.Shape == Shape.Lane ? sale with { Findings = ["1 unit is missing"] } : sale);
        ReportOf([Sqlite], [.. Round(1, Sqlite), .. sales]).Failures.Single()
            .ShouldMatch("^sqlite, lane: .* round 2: 1 unit is missing$");
    }

    [Theory]
    [InlineData(0.01, false), InlineData(0.4, true)]
    public void A_machine_that_others_use_is_told(double others, bool told)
    {
        var sales = Round(1, Sqlite).Select(sale => sale with { OthersShare = others });
        ReportOf([Sqlite], [.. sales]).Notes.Any(note => note.StartsWith("NOT QUIET", StringComparison.Ordinal))
            .ShouldBe(told);
    }

    [Fact]
    public void A_smaller_version_is_told() =>
        ReportOf([Sqlite], Round(1, Sqlite)).Notes.Count(note => note.StartsWith("SCALED", StringComparison.Ordinal))
            .ShouldBe(1);

    private static MeasureReport ReportOf(string[] ledgers, params SaleResult[][] rounds) =>
        ReportOf(0.01, ledgers, rounds);

    private static MeasureReport ReportOf(double scale, string[] ledgers, params SaleResult[][] rounds)
    {
        SaleResult[] sales = [.. rounds.SelectMany(round => round)];
        var replays = sales.Where(sale => sale.Shape == Shape.Lane).Select(sale => new ReplayResult(sale)
        {
            Round = sale.Round,
            Ledger = sale.Ledger,
            Entries = sale.Sold.Units + 1,
            HeldBytes = sale.HeldBytes,
            Findings = [],
        });
        return MeasureReport.Of(
            new MeasureOptions { Ledgers = ledgers, Scale = scale, Rounds = sales.Max(sale => sale.Round) },
            new MeasureResults(ledgers.ToDictionary(ledger => ledger, _ => "fsync"), sales, [.. replays]),
            new Surroundings("a machine", ["a program"], 100));
    }

    private static SaleResult[] Round(
        int round, string ledger, double small = 100, double middle = 100, double large = 100) =>
    [
        .. Shape.All.Select(shape => shape.Scaled(0.01)).Select(shape => Sale(round, ledger, shape, shape.Name switch
        {
            Shape.Small => small,
            Shape.Middle => middle,
            Shape.Large => large,
            _ => 100,
        })),
    ];

    private static SaleResult Sale(int round, string ledger, Shape shape, double perSecond) =>
        new(new Cost(shape.Units / perSecond, 1, 0, 1_000, 0, 0, 0, new LedgerCounts(10, shape.Units, 2_000, 500)),
            shape)
        {
            Round = round,
            Ledger = ledger,
            HeldBytes = shape.Units,
            AskedAgain = 0,
            Findings = [],
        };
}

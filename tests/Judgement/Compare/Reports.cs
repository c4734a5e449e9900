using System.Text.Json;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>From turns to the report, and its ratios.</summary>
public sealed class Reports
{
    private const string NoOp = Contender.NoOp, Ours = Contender.Purchase, Redis = Contender.RedisAlways;

    private static readonly Usage Second = new(1, 0, 1, 0);

    [Fact]
    public void A_ratio_is_of_each_one_s_best_in_the_same_round_and_the_median_of_the_rounds()
    {
        var closed = (Reading[])
        [
            Turn(1, NoOp, 100, 200), Turn(1, Ours, 120, 90), // 120 ÷ 200
            Turn(2, NoOp, 40, 50), Turn(2, Ours, 40, 45), // 45 ÷ 50
            Turn(3, NoOp, 100, 90), Turn(3, Ours, 70, 60), // 70 ÷ 100
        ];
        var report = ReportOf(closed);
        report.Figures["ratios"].ShouldBe(new Dictionary<string, double> { ["purchase_vs_noop"] = 0.7 });
        report.Checks.Single().ShouldSatisfyAllConditions(
            goal => goal.Measured.ShouldBe(new Spread(0.7, 0.6, 0.9)), goal => goal.Holds.ShouldBe(false),
            goal => goal.Fails.ShouldBeFalse("a goal fails nothing"));
        Ratio.All[0].Row(closed)["perSecondAt64"].ShouldBe(new Spread(1, 0.7, 1.2));
    }

    [Fact]
    public void A_ratio_of_processor_time_is_of_the_least_time_for_an_answer()
    {
        Measured[] ours = [Run(64, 100, new Usage(3, 1, 1, 0)), Run(256, 100, new Usage(2, 1, 1, 0))];
        Measured[] noOp = [Run(64, 100, new Usage(1, 0, 1, 0)), Run(256, 100, new Usage(2, 0, 1, 0))];
        Reading[] turns = [Measured.Read(Ours, 1, ours, []), Measured.Read(NoOp, 1, noOp, [])];
        Ratio.All[0].Row(turns)[Measured.ByProcessor].ShouldBe(new Spread(0.5, 0.5, 0.5));
    }

    [Fact]
    public void A_row_of_all_rounds_has_the_spread_of_each_figure_and_what_was_found_in_any()
    {
        var rows = ((Reading[])
        [
            Turn(1, Redis, 1, 1), Turn(2, Redis, 1, 3) with { Findings = ["oversold"] }, Turn(1, Ours, 1, 1),
        ]).Rows().ToList();
        rows.Select(row => row["name"]).ShouldBe([Redis, Ours]);
        rows[0][Measured.Peak].ShouldBe(new Spread(2, 1, 3));
        rows[0]["findings"].ShouldBe(new List<string> { "oversold" });
        rows[1]["findings"].ShouldBe(new List<string>());
    }

    [Theory]
    [InlineData(0.01, false), InlineData(0.4, true)]
    public void A_machine_that_others_use_is_told(double others, bool told)
    {
        var usage = new Usage(1, 0, 1, others);
        var turn = Measured.Read(Ours, 1, [Run(64, 1, usage), Run(256, 1, usage)], []);
        ReportOf(turn).Notes.Any(note => note.Contains("NOT QUIET", StringComparison.Ordinal)).ShouldBe(told);
    }

    [Fact]
    public void The_report_is_json_with_its_ratios_by_name()
    {
        using var json = JsonDocument.Parse(ReportOf(Turn(1, NoOp, 10, 20), Turn(1, Ours, 10, 15)).ToJson());
        json.RootElement.GetProperty("ratios").GetProperty("purchase_vs_noop").GetDouble().ShouldBe(0.75);
        json.RootElement.GetProperty("turns").GetArrayLength().ShouldBe(2);
        json.RootElement.GetProperty("turns")[1].GetProperty("figures").GetProperty("perSecondAt64").GetDouble()
            .ShouldBe(10);
        json.RootElement.GetProperty("programs")[0].GetString().ShouldBe("a program");
    }

    [Fact]
    public void Every_measure_of_the_design_has_its_name() =>
        Ratio.All.Where(ratio => ratio.Goal is not null).Select(ratio => ratio.Name).ShouldBe(
        [
            "purchase_vs_noop", "purchase_vs_jwt_noop", "purchase_vs_redis_always", "purchase_vs_redis_everysec",
            "purchase_vs_postgres",
            "soldout_vs_noop", "reserve_vs_jwt_noop", "reserve_postgres_vs_jwt_noop",
            "reply_vs_purchase_token",
        ]);

    [Fact]
    public void A_fault_of_the_engine_fails_the_report_and_one_of_another_is_told()
    {
        var (sound, broken) = (Turn(1, Ours, 1, 1), Turn(1, Redis, 1, 1) with { Findings = ["oversold"] });
        ReportOf(sound, broken).Broken.ShouldBeEmpty();
        ReportOf(sound with { Findings = ["oversold"] }).Broken.ShouldBe([$"{Ours}, round 1: oversold"]);
    }

    [Theory]
    [InlineData(0.97, 0.99, true)] // The interval reaches the bar.
    [InlineData(0.96, 0.97, false)]
    [InlineData(0.90, 1.12, true)]
    [InlineData(1.01, 1.02, true)]
    public void Another_build_was_faster_only_if_the_whole_interval_lies_below_the_bar(
        double even, double odd, bool holds)
    {
        var pairs = Enumerable.Range(1, BuildBefore.MinPairs).SelectMany(round => (Reading[])
            [
                Turn(round, Contender.Before, 1, 100_000),
                Turn(round, Ours, 1, 100_000 * (round % 2 == 0 ? even : odd)),
            ]).ToArray();
        var goal = BuildBefore.Judge(pairs).Single();
        goal.Holds.ShouldBe(holds);
        goal.Measured!.Value.Least.ShouldBeInRange(even, Math.Sqrt(even * odd));
        goal.Measured!.Value.Most.ShouldBeInRange(Math.Sqrt(even * odd), odd);
        BuildBefore.Judge(pairs[2..]).ShouldBeEmpty("too few pairs judge nothing");
    }

    private static Report ReportOf(params Reading[] closed) =>
        CompareRun.ReportOf(new CompareOptions(), ["a program"], closed);

    private static Reading Turn(int round, string contender, double at64, double at256) =>
        Measured.Read(contender, round, [Run(64, at64, Second), Run(256, at256, Second)], []);

    private static Measured Run(int connections, double perSecond, Usage used) =>
        new(connections, 2, (long)(perSecond * 2), 2, used);
}

using System.Text.Json;
using HdrHistogram;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>From turns to the report, and its ratios.</summary>
public sealed class Reports
{
    private static readonly Contender NoOp = Named("noop"), Ours = Named("purchase"), Redis = Named("redis-always");

    [Fact]
    public void A_ratio_is_of_each_one_s_best_in_the_same_round_and_the_median_of_the_rounds()
    {
        var report = ReportOf(
            Turn(1, NoOp, 100, 200), Turn(1, Ours, 120, 90), // 120 ÷ 200
            Turn(2, NoOp, 40, 50), Turn(2, Ours, 40, 45), // 45 ÷ 50
            Turn(3, NoOp, 100, 90), Turn(3, Ours, 70, 60)); // 70 ÷ 100
        report.Ratios.ShouldBe(new Dictionary<string, double> { ["purchase_vs_noop"] = 0.7 });
        var ratio = report.RatioSpreads.Single();
        ratio.Peak.ShouldBe(new Spread(0.7, 0.6, 0.9));
        ratio.ByConnections["64"].ShouldBe(new Spread(1, 0.7, 1.2));
    }

    [Fact]
    public void A_ratio_of_processor_time_is_of_the_least_time_for_an_answer()
    {
        var ours = Turn(1, Ours, 100, 100) with
        {
            Closed = [Closed(64, 100, new Usage(3, 1, 1, 0)), Closed(256, 100, new Usage(2, 1, 1, 0))],
        };
        var noOp = Turn(1, NoOp, 100, 100) with
        {
            Closed = [Closed(64, 100, new Usage(1, 0, 1, 0)), Closed(256, 100, new Usage(2, 0, 1, 0))],
        };
        ReportOf(ours, noOp).RatioSpreads.Single().ByProcessorTime.Median.ShouldBe(0.5);
    }

    [Fact]
    public void Latencies_of_all_rounds_are_taken_together()
    {
        var report = ReportOf(
            Turn(1, Ours, 100, 100) with { Open = [Open(50, 10, 1_000, 2_000)] },
            Turn(2, Ours, 100, 100) with { Open = [Open(50, 9, 1_000, 90_000)] });
        var latency = report.Contenders.Single().Latencies.Single();
        latency.Milliseconds["50"].ShouldBe(1, 0.01);
        latency.Milliseconds["100"].ShouldBe(90, 0.1);
        latency.SustainedRounds.ShouldBe(1);
    }

    [Fact]
    public void What_an_audit_found_in_any_round_marks_the_contender()
    {
        var report =
            ReportOf(Turn(1, Redis, 1, 1), Turn(2, Redis, 1, 1) with { Findings = ["oversold"] }, Turn(1, Ours, 1, 1));
        report.Contenders.Single(contender => contender.Name == Redis.Name).Findings.ShouldBe(["oversold"]);
        report.Contenders.Single(contender => contender.Name == Ours.Name).Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0.01, false), InlineData(0.4, true)]
    public void A_machine_that_others_use_is_told(double others, bool told)
    {
        var usage = new Usage(1, 0, 1, others);
        var turn = Turn(1, Ours, 1, 1) with { Closed = [Closed(64, 1, usage), Closed(256, 1, usage)] };
        ReportOf(turn).Notes.Any(note => note.Contains("NOT QUIET", StringComparison.Ordinal)).ShouldBe(told);
    }

    [Fact]
    public void The_report_is_json_with_its_ratios_by_name()
    {
        using var json = JsonDocument.Parse(ReportOf(Turn(1, NoOp, 10, 20), Turn(1, Ours, 10, 15)).ToJson());
        json.RootElement.GetProperty("ratios").GetProperty("purchase_vs_noop").GetDouble().ShouldBe(0.75);
        json.RootElement.GetProperty("closedLoop").GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public void Every_measure_of_the_design_has_its_name() =>
        Ratio.All.Where(ratio => ratio.Goal is not null).Select(ratio => ratio.Name).ShouldBe(
        [
            "purchase_vs_noop", "purchase_vs_jwt_noop", "purchase_vs_redis_always", "purchase_vs_redis_everysec",
            "purchase_vs_postgres",
            "soldout_vs_noop", "reserve_vs_jwt_noop", "reserve_postgres_vs_jwt_noop",
        ]);

    [Fact]
    public void A_fault_of_the_engine_fails_the_report_and_one_of_another_is_told()
    {
        var (sound, broken) = (Turn(1, Ours, 1, 1), Turn(1, Redis, 1, 1) with { Findings = ["oversold"] });
        ReportOf(sound, broken).Holds.ShouldBeTrue();
        ReportOf(sound with { Findings = ["oversold"] }).Failures.ShouldBe([$"{Ours.Name}: oversold"]);
    }

    private static Contender Named(string name) => Contender.All.Single(contender => contender.Name == name);

    private static CompareReport ReportOf(params TurnResult[] turns) => CompareReport.Of(
        new CompareOptions { Contenders = [.. turns.Select(turn => turn.Contender).Distinct()], OpenPercents = [50] },
        turns, new Surroundings("a machine", ["a program"], 100), []);

    private static TurnResult Turn(int round, Contender contender, double at64, double at256) => new(
        round, contender, [Closed(64, at64, new Usage(1, 0, 1, 0)), Closed(256, at256, new Usage(1, 0, 1, 0))],
        [Open(50, 10, 1_000)], []);

    private static ClosedResult Closed(int connections, double perSecond, Usage usage) => new(usage)
    {
        Round = 1,
        Contender = "one",
        Connections = connections,
        Seconds = 2,
        Good = (long)(perSecond * 2),
        Bad = 0,
        P50Ms = 1,
        P99Ms = 2,
    };

    private static OpenResult Open(int percent, double perSecond, params long[] microseconds)
    {
        var latencies = new LongHistogram(120_000_000, 3);
        foreach (var latency in microseconds) latencies.RecordValue(latency);
        return new OpenResult(new Usage(1, 0, 1, 0), latencies)
        {
            Round = 1,
            Contender = "one",
            Percent = percent,
            IntendedPerSecond = 10,
            PerSecond = perSecond,
            Good = microseconds.Length,
            Bad = 0,
        };
    }
}

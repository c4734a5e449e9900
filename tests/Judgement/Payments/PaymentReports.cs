using System.Text.Json;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Payments;

namespace OrleansSale.Tests.Judgement.Payments;

/// <summary>From turns of notifications to the report and its measures.</summary>
public sealed class PaymentReports
{
    private const string Sqlite = PaymentsRun.Sqlite, Postgres = PaymentsRun.Postgres;

    [Theory]
    [InlineData(3_000, 2_000, true, true), InlineData(2_999, 2_000, false, true), InlineData(3_000, 1_999, true, false)]
    public void Each_store_has_a_goal_of_its_own(int sqlite, int postgres, bool isReached, bool isReachedToo)
    {
        var report = ReportOf([Turn(1, Sqlite, sqlite), Turn(1, Postgres, postgres)], Sqlite, Postgres);
        report.Checks.Select(check => check.Holds).ShouldBe([isReached, isReachedToo]);
        report.Broken.ShouldBeEmpty("a goal fails nothing");
    }

    [Fact]
    public void The_ratios_are_against_the_no_op_of_the_same_round_and_the_median_of_the_rounds()
    {
        var report = ReportOf(
            [
                Turn(1, Contender.NoOp, 10_000), Turn(1, Sqlite, 5_000), Turn(1, Postgres, 1_000),
                Turn(2, Contender.NoOp, 1_000), Turn(2, Sqlite, 900), Turn(2, Postgres, 300),
                Turn(3, Contender.NoOp, 10_000), Turn(3, Sqlite, 7_000), Turn(3, Postgres, 2_000),
            ],
            Sqlite, Postgres);
        report.Checks.TakeLast(2).Select(check => (check.Name, check.Measured, check.Holds)).ShouldBe(
            [
                ("notification_vs_noop", new Spread(0.7, 0.5, 0.9), null),
                ("notification_postgres_vs_noop", new Spread(0.2, 0.1, 0.3), null),
            ]);
        using var json = JsonDocument.Parse(report.ToJson());
        json.RootElement.GetProperty("durability").GetProperty(Postgres).GetString().ShouldBe("fsync of postgres");
        json.RootElement.GetProperty("turns").GetArrayLength().ShouldBe(9);
    }

    [Fact]
    public void Without_a_PostgreSQL_it_has_no_goal() =>
        ReportOf([Turn(1, Contender.NoOp, 9_000), Turn(1, Sqlite, 9_000)], Sqlite).Checks
            .ShouldNotContain(check => check.Name.Contains(Postgres, StringComparison.Ordinal));

    [Fact]
    public void An_order_that_is_not_paid_once_fails_the_report() =>
        ReportOf([Turn(1, Sqlite, 9_000) with { Findings = ["99 of 100 orders are paid"] }], Sqlite).Broken
            .ShouldBe(["sqlite, round 1: 99 of 100 orders are paid"]);

    private static Report ReportOf(Reading[] turns, params string[] stores) => PaymentsRun.ReportOf(
        new PaymentsOptions(), stores.ToDictionary(store => store, store => $"fsync of {store}"), turns);

    private static Reading Turn(int round, string of, int perSecond) =>
        Measured.Read(of, round, [new Measured(256, 1, perSecond, 1, new Usage(1, 0, 1, 0))], []);
}

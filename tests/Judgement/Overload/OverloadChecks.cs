using OrleansSale.Tests.Judgement.Wire;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Overload;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Overload;

/// <summary>What an overload is held against.</summary>
public sealed class OverloadChecks
{
    private static readonly LatencyRow Fast = new(100, 1, 2, 3, 4);
    private static readonly MemoryRow Steady = new(300, 350, 350, 360, 340);

    private static readonly Pressure Good = new()
    {
        Ledger = OverloadFindings.Slowed,
        Factor = 2,
        IsFirst = false,
        PeakPerSecond = 2_000,
        IntendedPerSecond = 4_000,
        Seconds = 30,
        Sent = 120_000,
        Accepted = 60_000,
        Overloaded = 60_000,
        Undecided = 0,
        Others = [],
        AcceptedPerSecond = 1_900,
        AcceptedMs = Fast,
        OverloadedMs = Fast,
        RetryAfter = new() { [1] = 30_000, [3] = 30_000 },
        BeforeMs = Fast,
        AfterMs = Fast,
        LevelMs = 30,
        NormalAgainSeconds = 1,
        LastAnswerSeconds = 1,
        Resident = Steady,
        Managed = Steady,
        OrdersNotTold = 0,
        Violations = [],
        Entries = 60_001,
    };

    [Fact]
    public void An_overload_that_is_borne_well_passes() => Failing(Good).ShouldBeEmpty();

    public static TheoryData<string> Faults => [.. Wrong.Keys];

    private static Dictionary<string, Pressure> Wrong { get; } = new()
    {
        ["undecided"] = Good with { Undecided = 1 },
        ["neither an order nor overloaded"] = Good with { Others = new() { ["http-500"] = 1 } },
        ["no overload"] = Good with { Overloaded = 0, RetryAfter = new() { [1] = 0, [2] = 0 } },
        ["accepted, slowest"] = Good with { AcceptedMs = Fast with { Max = 10_001 } },
        ["overloaded, p99.9"] = Good with { OverloadedMs = Fast with { P999 = 1_001 } },
        ["without a Retry-After"] = Good with { RetryAfter = new() { [0] = 1, [1] = 30_000, [3] = 29_999 } },
        ["values of Retry-After"] = Good with { RetryAfter = new() { [1] = 60_000 } },
        ["accepted ÷ slowed peak"] = Good with { AcceptedPerSecond = 1_799 },
        ["resident memory, most"] = Good with { Resident = Steady with { Peak = 2_000 } },
        ["resident memory, last third"] = Good with { Resident = Steady with { Late = 450 } },
        ["managed heap"] = Good with { Managed = null },
        ["normal again"] = Good with { NormalAgainSeconds = null },
        ["promises broken"] = Good with { Violations = ["I1"] },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Each_fault_fails_its_own_check(string fault) =>
        Failing(Wrong[fault]).ShouldHaveSingleItem().Name.ShouldContain(fault);

    [Fact]
    public void At_the_real_ledger_only_the_ledger_is_judged()
    {
        Failing(Wrong["undecided"] with { Ledger = "real" }).ShouldBeEmpty();
        Failing(Wrong["promises broken"] with { Ledger = "real" }).ShouldHaveSingleItem();
    }

    [Fact]
    public void Of_an_engines_first_flood_all_is_judged_but_how_its_memory_still_grows() =>
        Wrong.Where(fault => Failing(fault.Value with { IsFirst = true }).Count == 0).Select(fault => fault.Key)
            .ShouldBe(["resident memory, last third"]);

    [Fact]
    public void Memory_is_told_by_thirds_of_the_flood()
    {
        (long, double)[] samples =
            [(1, 100), (9, 110), (15, 500), (24, 200), (26, 210), (28, 220), (35, 300), (39, 320), (45, 310)];
        PressureReading.MemoryOf(samples, start: 10, end: 40).ShouldBe(new MemoryRow(110, 210, 310, 500, 310));
        PressureReading.MemoryOf([.. samples.Where(sample => sample.Item1 is < 20 or >= 30)], 10, 40)
            .ShouldBeNull("a third was not seen");
    }

    [Fact]
    public void A_flood_tells_orders_from_those_told_to_come_back_and_from_all_else()
    {
        var flood = new Requests(new byte[4][]);
        flood.Answered(0, Answers.Of(201, """{"id":"b.7","user":"weibo:a","units":[3]}"""));
        flood.Answered(1, Answers.Of(503, """{"code":"overloaded"}""", "Retry-After: 3\r\n"));
        flood.Answered(2, Answers.Of(503, """{"code":"paused"}""", "Retry-After: 2\r\n"));
        flood.Failed(3, "the connection was closed");
        Enumerable.Range(0, 4).Select(flood.FateOf).ShouldBe([Fate.Made, Fate.Overloaded, Fate.Other, Fate.Undecided]);
        flood.RetryAfter().ShouldBe(new Dictionary<int, int> { [3] = 1 });
        PressureReading.Others(flood).ShouldBe(new Dictionary<string, int> { ["paused"] = 1 });
        flood.Latencies(Fate.Overloaded).TotalCount.ShouldBe(1);
    }

    private static List<Check> Failing(Pressure pressure) =>
        [.. OverloadFindings.Judge([pressure], new OverloadOptions()).Where(check => !check.Holds)];
}

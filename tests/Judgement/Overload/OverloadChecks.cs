using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Judgement.Wire;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Overload;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Overload;

/// <summary>What an overload is held against.</summary>
public sealed class OverloadChecks
{
    private static readonly LatencyRow Fast = new(100, 1, 2, 3, 4);
    private static readonly MemoryRow Steady = new(300, 350, 350, 360);

    private static readonly Flood Second =
        new(Flood.Slowed, PeakPerSecond: 2_000, Factor: 2, IsFirst: false);

    private static readonly Pressure Good = new(
        Accepted: 60_000, Overloaded: 60_000, Undecided: 0, Others: [], AcceptedPerSecond: 1_900, AcceptedMs: Fast,
        OverloadedMs: Fast, RetryAfter: new() { [1] = 30_000, [3] = 30_000 }, NormalAgainSeconds: 1, Resident: Steady,
        Managed: Steady, Violations: []);

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
        ["managed heap"] = Good with { Managed = Steady with { Peak = 2_000 } },
        ["normal again"] = Good with { NormalAgainSeconds = null },
        ["promises broken"] = Good with { Violations = ["I1"] },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Each_fault_fails_its_own_check(string fault) =>
        Failing(Wrong[fault]).ShouldHaveSingleItem().Name.ShouldContain(fault);

    [Fact]
    public void At_the_real_ledger_only_the_ledger_is_judged()
    {
        Failing(Wrong["undecided"], Second with { Ledger = "real" }).ShouldBeEmpty();
        Failing(Wrong["promises broken"], Second with { Ledger = "real" }).ShouldHaveSingleItem();
    }

    [Fact]
    public void Of_an_engines_first_flood_all_is_judged_but_how_its_memory_still_grows() =>
        Wrong.Where(fault => Failing(fault.Value, Second with { IsFirst = true }).Count == 0).Select(fault => fault.Key)
            .ShouldBe(["resident memory, last third"]);

    [Fact]
    public void Memory_is_told_by_thirds_of_the_flood()
    {
        (long, double)[] samples =
            [(1, 100), (9, 110), (15, 500), (24, 200), (26, 210), (28, 220), (35, 300), (39, 320), (45, 310)];
        MemoryRow.Of(samples, start: 10, end: 40).ShouldBe(new MemoryRow(110, 210, 310, 500));
        Should.Throw<EngineException>(
            () => MemoryRow.Of([.. samples.Where(sample => sample.Item1 is < 20 or >= 30)], 10, 40),
            "a third was not seen");
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
        Pressure.OthersOf(flood).ShouldBe(new Dictionary<string, int> { ["paused"] = 1 });
        flood.Latencies(Fate.Overloaded).Count.ShouldBe(1);
    }

    private static List<Check> Failing(Pressure seen, Flood? flood = null) =>
        [.. OverloadFindings.Judge(flood ?? Second, seen, connections: 10_000).Where(check => check.Fails)];
}

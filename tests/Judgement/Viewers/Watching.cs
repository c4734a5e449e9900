using System.Diagnostics;
using System.Text;
using CsCheck;
using OrleansSale.Tests.Load.Viewers;

namespace OrleansSale.Tests.Judgement.Viewers;

/// <summary>What viewers are told, and how it is judged.</summary>
public sealed class Watching
{
    private static readonly string[] Phases =
        ["announced", "reserving", "waiting", "on-sale", "sold-out", "paused", "closed"];
    private static readonly string[] Noises = ["", "\"", "\"phase", "\"phase\":", "\"phase\"\"pha", "ping"];

    [Fact]
    public void Every_phase_has_a_first_letter_of_its_own() =>
        Phases.DistinctBy(phase => phase[0]).Count().ShouldBe(Phases.Length);

    [Fact]
    public void Phases_are_found_however_the_stream_is_cut() => Gen.Select(
            Gen.Int[0, Phases.Length - 1].Select(index => Phases[index]).Array[1, 8],
            Gen.Int[0, Noises.Length - 1].Select(index => Noises[index]).Array[8],
            Gen.Int[1, 40].Array[1, 20])
        .Sample((phases, noise, cuts) =>
        {
            var stream = Encoding.ASCII.GetBytes(string.Concat(phases.Select(
                (phase, index) => $"{noise[index]}{{\"id\":\"b\",\"phase\":\"{phase}\",\"paused\":false}}\n\n")));
            var scanner = new PhaseScanner();
            var told = 0;
            for (var (at, cut) = (0, 0); at < stream.Length; cut++)
            {
                var length = Math.Min(cuts[cut % cuts.Length], stream.Length - at);
                told += scanner.Read(stream.AsSpan(at, length));
                at += length;
            }

            return told == phases.Length && scanner.Phase == phases[^1][0];
        });

    [Fact]
    public void News_has_reached_a_share_when_the_last_of_that_many_was_told()
    {
        var reach = new Reach("paused", 100);
        for (var viewer = 0; viewer < 99; viewer++) reach.Told(viewer, (byte)'p', (viewer + 1) * Stopwatch.Frequency);
        reach.Told(0, (byte)'p', 500 * Stopwatch.Frequency);
        reach.Told(99, (byte)'o', Stopwatch.Frequency);
        (reach.SecondsTo(0.5, 0), reach.SecondsTo(0.99, 0), reach.SecondsTo(1, 0)).ShouldBe((50, 99, null));
    }

    [Fact]
    public void Viewers_who_are_told_in_time_and_cost_little_pass() =>
        Failing(Round(10_000, 8_000, 500, 0.9)).ShouldBeEmpty();

    [Fact]
    public void Each_fault_fails_its_own_check()
    {
        Failing(Round(10_000, 6_900, 500, 0.9)).ShouldBe(["purchases with viewers ÷ without, median"]);
        Failing(Round(10_000, 8_000, 601, 0.9)).ShouldBe(["resident memory per viewer"]);
        Failing(Round(10_000, 8_000, 500, 0.9), Round(10_000, 8_000, 500, 1.1)).ShouldHaveSingleItem()
            .ShouldContain("paused (pause)");
        Failing(Round(10_000, 8_000, 500, null)).ShouldHaveSingleItem().ShouldContain("paused (pause)");
        Failing(Round(10_000, 8_000, 500, 0.9) with { Lost = 1 }).ShouldHaveSingleItem().ShouldContain("ended");
        Failing(Round(10_000, 8_000, 500, 0.9) with { Violations = ["I1"] }).ShouldHaveSingleItem()
            .ShouldContain("promises");
    }

    private static List<string> Failing(params ViewersRound[] rounds) =>
        [.. ViewersFindings.Judge(rounds, 10_000).Where(check => !check.Holds).Select(check => check.Name)];

    private static ViewersRound Round(double without, double with, double residentMegabytes, double? seconds) => new(
        new WatchedSale(without, 400, 100), new WatchedSale(with, residentMegabytes, 200),
        [new PhaseChange("paused", "pause", seconds)], Lost: 0, Violations: []);
}

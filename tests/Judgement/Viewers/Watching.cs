using System.Diagnostics;
using System.Text;
using CsCheck;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Viewers;

namespace OrleansSale.Tests.Judgement.Viewers;

/// <summary>What viewers are told, and how it is judged.</summary>
public sealed class Watching
{
    private static readonly string[] Phases =
        ["announced", "reserving", "waiting", "on-sale", "sold-out", "paused", "closed"];
    private static readonly string[] Noises =
    [
        "", "\"", "\"phase", "\"phase\":", "\"phase\"\"pha", "ping", "\nevent: announce", " event: announcement\n",
        Announced,
    ];

    private const string Announced = "\nevent: announcement\n";

    [Fact]
    public void Every_piece_of_news_has_a_first_letter_of_its_own() =>
        Phases.Append(Reach.Announcement).DistinctBy(news => news[0]).Count().ShouldBe(Phases.Length + 1);

    [Fact]
    public void Phases_and_announcements_are_found_however_the_stream_is_cut() => Gen.Select(
            Gen.Int[0, Phases.Length - 1].Select(index => Phases[index]).Array[1, 8],
            Gen.Int[0, Noises.Length - 1].Select(index => Noises[index]).Array[8],
            Gen.Int[1, 40].Array[1, 20])
        .Sample((phases, noise, cuts) =>
        {
            var stream = Encoding.ASCII.GetBytes(string.Concat(phases.Select(
                (phase, index) => $"{noise[index]}{{\"id\":\"b\",\"phase\":\"{phase}\",\"paused\":false}}\n\n")));
            var scanner = new NewsScanner();
            var told = 0;
            for (var (at, cut) = (0, 0); at < stream.Length; cut++)
            {
                var length = Math.Min(cuts[cut % cuts.Length], stream.Length - at);
                told += scanner.Read(stream.AsSpan(at, length));
                at += length;
            }

            return told == phases.Length && scanner.Phase == phases[^1][0]
                && scanner.Announcements == noise.Take(phases.Length).Count(one => one == Announced);
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

    [Fact]
    public void An_announcement_that_costs_more_than_a_twentieth_misses_its_goals()
    {
        Reached(9_500, 105).ShouldBe([true, true]);
        Reached(9_490, 105).ShouldBe([false, true]);
        Reached(9_500, 105.1).ShouldBe([true, false]);
    }

    [Fact]
    public void What_an_announcement_costs_is_told_by_the_median_of_the_rounds()
    {
        var rounds = ((double[])[9_000, 9_900, 9_700])
            .Select(perSecond => Round(10_000, 8_000, 500, 0.9) with { Parts = Parts(perSecond, 100) }).ToList();
        ViewersFindings.Aims(rounds)[0].Measured.ShouldBe(new Spread(0.97, 0.9, 0.99));
    }

    [Fact]
    public void An_announcement_that_comes_late_or_not_at_all_fails()
    {
        foreach (var seconds in (double?[])[1.1, null])
        {
            Failing(Round(10_000, 8_000, 500, 0.9) with { Changes = [new(Reach.Announcement, "under load", seconds)] })
                .ShouldHaveSingleItem().ShouldContain(Reach.Announcement);
        }
    }

    private static IEnumerable<bool?> Reached(double perSecond, double microseconds) =>
        ViewersFindings.Aims([Round(10_000, 8_000, 500, 0.9) with { Parts = Parts(perSecond, microseconds) }])
            .Select(goal => goal.IsReached);

    private static SalePart[] Parts(double perSecond, double microseconds) =>
    [
        new(false, 9_000, 90, 0), new(true, perSecond - 500, microseconds + 10, 0),
        new(true, perSecond + 500, microseconds - 10, 0), new(false, 11_000, 110, 0),
    ];

    private static List<string> Failing(params ViewersRound[] rounds) =>
        [.. ViewersFindings.Judge(rounds, 10_000).Where(check => !check.Holds).Select(check => check.Name)];

    private static ViewersRound Round(double without, double with, double residentMegabytes, double? seconds) => new(
        new WatchedSale(without, 400, 100), new WatchedSale(with, residentMegabytes, 200),
        Parts(10_000, 100), [new Spreading("paused", "pause", seconds)], Lost: 0, Violations: []);
}

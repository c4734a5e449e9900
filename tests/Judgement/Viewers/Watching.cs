using System.Diagnostics;
using System.Text;
using CsCheck;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Viewers;
using Check = OrleansSale.Tests.Load.Experiments.Check;

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

    private const string Announced = "\nevent: announcement\n", Paused = "paused (pause)" + WatchedRound.Reached;

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
    public void Viewers_who_are_told_in_time_and_cost_little_pass() => Failing(Round()).ShouldBeEmpty();

    [Theory]
    [InlineData(WatchedRound.Kept, 0.69, "purchases with viewers ÷ without")]
    [InlineData(WatchedRound.Resident, 20.1, "resident memory per viewer")]
    [InlineData(WatchedRound.Managed, 20.1, "managed heap per viewer")]
    [InlineData(Paused, 1.1, Paused + ", slowest round")]
    [InlineData(WatchedRound.Lost, 1, "streams that ended before their time")]
    public void Each_fault_fails_its_own_check(string figure, double value, string check) =>
        Failing(Round((figure, value))).ShouldBe([check]);

    [Fact]
    public void One_slow_round_fails_and_memory_counts_in_the_first()
    {
        Failing(Round(), Round((Paused, 1.1))).ShouldBe([$"{Paused}, slowest round"]);
        Failing(Round(), Round((WatchedRound.Lost, 1)), Round()).Count.ShouldBe(1);
        Failing(Round(), Round((WatchedRound.Resident, 20.1))).ShouldBeEmpty();
    }

    [Fact]
    public void An_announcement_that_costs_more_than_a_twentieth_misses_its_goals()
    {
        Goals(Round()).ShouldBe([true, true]);
        Goals(Round((WatchedRound.Announcing, 0.949))).ShouldBe([false, true]);
        Goals(Round((WatchedRound.ProcessorAnnouncing, 1.051))).ShouldBe([true, false]);
    }

    [Fact]
    public void What_an_announcement_costs_is_told_by_the_median_of_the_rounds() =>
        Judged([.. ((double[])[0.9, 0.99, 0.97]).Select(kept => Round((WatchedRound.Announcing, kept)))])
            .First(check => check.IsGoal).Measured.ShouldBe(new Spread(0.97, 0.9, 0.99));

    private static IEnumerable<bool?> Goals(Reading round) =>
        Judged(round).Where(check => check.IsGoal).Select(goal => goal.Holds);

    private static List<string> Failing(params Reading[] rounds) =>
        [.. Judged(rounds).Where(check => check.Fails).Select(check => check.Name)];

    private static IReadOnlyList<Check> Judged(params Reading[] rounds) => ViewersRun.Judge(rounds);

    private static Reading Round(params (string Figure, double Value)[] but)
    {
        var figures = new OrderedDictionary<string, double>
        {
            [Paused] = 1,
            [WatchedRound.Kept] = 0.7,
            [WatchedRound.Resident] = 20,
            [WatchedRound.Managed] = 20,
            [WatchedRound.Lost] = 0,
            [WatchedRound.Announcing] = 0.95,
            [WatchedRound.ProcessorAnnouncing] = 1.05,
        };
        foreach (var (figure, value) in but) figures[figure] = value;
        return new Reading("viewers", 1, figures, []);
    }
}

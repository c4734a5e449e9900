using CsCheck;
using OrleansSale.Grains.Batches;

namespace OrleansSale.Tests.Rules.Batches;

public sealed class FollowerPaceTests
{
    private static readonly DateTimeOffset Start = new(2012, 11, 30, 12, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public void A_follower_is_told_at_the_first_look_and_of_every_few_entries()
    {
        var pace = new FollowerPace();
        pace.IsDue(50_000, Start).ShouldBeTrue();
        pace.NoteTold(50_000);
        pace.IsDue(50_000, Start).ShouldBeFalse("it knows all");
        pace.IsDue(50_000 + FollowerPace.RushEntries - 1, Start).ShouldBeTrue();
    }

    [Fact]
    public void A_follower_waits_for_the_end_of_a_rush_and_never_longer_than_the_lag() =>
        Gen.Int[0, FollowerPace.RushEntries * 2].Array[1, 100].Sample(commits =>
        {
            var (pace, committed, told, waitsSince) = (new FollowerPace(), 1L, 0L, Start);
            for (var tick = 0; tick < commits.Length; tick++)
            {
                var now = Start + Agenda.Period * tick;
                if (committed == told) waitsSince = now;
                committed += commits[tick];
                var mayWait = tick > 0 && commits[tick] >= FollowerPace.RushEntries
                    && now - waitsSince < FollowerPace.MaxLag;
                pace.IsDue(committed, now).ShouldBe(committed > told && !mayWait);
                if (committed == told || mayWait) continue;
                pace.NoteTold(committed);
                told = committed;
            }
        });
}

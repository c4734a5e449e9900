using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Users;

namespace OrleansSale.Tests.Rules.Users;

public class UserSessionsTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_session_goes_on_until_it_is_ended_and_others_beside_it()
    {
        var sessions = new UserSessions();
        var (one, other) = (Session(1), Session(2));
        sessions.HasEnded(one).ShouldBeFalse();
        sessions.End(one).ShouldBeTrue();
        sessions.End(one).ShouldBeFalse("it had ended");
        (sessions.HasEnded(one), sessions.HasEnded(other)).ShouldBe((true, false));
    }

    [Fact]
    public void An_ending_of_all_ends_what_began_and_nothing_that_begins_after_it()
    {
        var sessions = new UserSessions();
        var (before, elsewhere) = (Session(0), new UserSession("elsewhere", Noon + UserSessions.ClockSkew));
        sessions.EndAll(Noon, "staff:op", "a stolen telephone");
        sessions.HasEnded(before).ShouldBeTrue();
        sessions.HasEnded(elsewhere).ShouldBeTrue("a silo whose clock is ahead began it before");
        var after = new UserSession("after", sessions.StartAt(Noon));
        sessions.HasEnded(after).ShouldBeFalse("it began after the ending, in the same instant");
        sessions.StartAt(Noon.AddHours(1)).ShouldBe(Noon.AddHours(1));
        sessions.LastEnding.ShouldBe(new SessionsEnding(Noon, "staff:op", "a stolen telephone"));

        sessions.EndAll(Noon.AddSeconds(-30), "staff:op", "a clock behind");
        sessions.HasEnded(before).ShouldBeTrue("what has ended never goes on again");
    }

    [Fact]
    public void An_erasure_keeps_only_that_the_sessions_have_ended()
    {
        var sessions = new UserSessions { Roles = ["operator"] };
        sessions.EndAll(Noon.AddSeconds(30), "staff:op", "a stolen telephone of weibo:alice");
        sessions.Erase(Noon);
        sessions.Roles.ShouldBeEmpty();
        sessions.LastEnding.ShouldBeNull();
        sessions.EndedUpTo.ShouldBe(Noon.AddSeconds(30) + UserSessions.ClockSkew, "what has ended never goes on again");
        sessions.Erase(Noon.AddHours(1));
        sessions.HasEnded(Session(60)).ShouldBeTrue();
    }

    [Fact]
    public void However_many_have_ended_none_goes_on_again_and_few_are_remembered()
    {
        var sessions = new UserSessions();
        var ended = Enumerable.Range(1, 5 * UserSessions.MaxEnded).Select(Session).ToArray();
        foreach (var session in ended) sessions.End(session).ShouldBeTrue();
        sessions.Ended.Count.ShouldBeLessThanOrEqualTo(UserSessions.MaxEnded);
        ended.ShouldAllBe(session => sessions.HasEnded(session));
        sessions.HasEnded(Session(5 * UserSessions.MaxEnded + 1)).ShouldBeFalse();
    }

    private static UserSession Session(int number) => new($"s{number}", Noon.AddMinutes(number));
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Erasing;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A change of the schedule: what is still to come may change, and what has happened may not.</summary>
public class RescheduleTests
{
    private static readonly Schedule Promised = TermsOf().Schedule;

    [Fact]
    public void A_batch_lives_by_the_schedule_in_force()
    {
        var live = Create();
        var later = Promised with { SaleOpens = Instant(Opening + 60_000), SaleCloses = Instant(Opening + 120_000) };
        live.Reschedule(later, now: Opening - 1).ShouldBe(Effect.Done);
        live.State.Directing.Schedule.ShouldBe(later);
        live.State.Terms!.Schedule.ShouldBe(Promised, "the terms say what was promised first");

        live.Buy("weibo:a", Opening).Refused.ShouldBe(Refusal.SaleNotOpen);
        live.State.Directing.IsOpen.ShouldBeFalse();
        live.Buy("weibo:a", Opening + 60_000).Order.ShouldNotBeNull();
        live.Reschedule(later with { SaleCloses = Instant(Opening + 180_000) }, "longer", Opening + 119_999)
            .ShouldBe(Effect.Done);
        live.Buy("weibo:b", Opening + 120_000).Order.ShouldNotBeNull();
        live.Buy("weibo:c", Opening + 180_000).Refused.ShouldBe(Refusal.SaleClosed);
        live.State.Directing.IsEnded.ShouldBeTrue();
        StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));
    }

    [Fact]
    public void The_creation_s_own_terms_stay_a_repeat_of_it()
    {
        var live = Create();
        live.Reschedule(Promised with { SaleOpens = Instant(Opening + 1) }, now: Opening - 10);
        OperatorRules.DecideCreate(live.State, TermsOf(), Key.Hash).Outcome.ShouldBe(Effect.AlreadySo);
    }

    public static TheoryData<string, int, int, int, int, Refusal, string> Impossible => new()
    {
        // In ms from the opening: now is −3,600,000, so reservations have just closed.
        { "out of order", -7_200_000, -3_600_000, 0, 0, Refusal.InvalidRequest, "schedule" },
        { "a passed opening", -7_200_001, -3_600_000, 0, 1, Refusal.Conflict, "reservationOpens has passed" },
        { "a passed closing", -7_200_000, -3_599_999, 0, 1, Refusal.Conflict, "reservationCloses has passed" },
        { "an earlier opening", -7_200_000, -3_600_000, -1, 1, Refusal.Conflict, "saleOpens never moves earlier" },
    };

    [Theory, MemberData(nameof(Impossible))]
    public void An_impossible_schedule_is_refused_by_rule_and_by_state(
        string what, int reservationOpens, int reservationCloses, int opens, int closes, Refusal refusal, string detail)
    {
        var live = Create();
        var schedule = new Schedule(
            Instant(Opening + reservationOpens), Instant(Opening + reservationCloses), Instant(Opening + opens),
            Instant(Opening + closes));
        var answer = live.Reschedule(schedule, now: Opening - 3_600_000);
        answer.Refused.ShouldBe(refusal, what);
        answer.Detail!.ShouldStartWith(detail);
        live.State.LastSeq.ShouldBe(1);
        live.Refused(new Rescheduled(schedule, "r", Boss, CommandKey("o")), Opening - 3_600_000);
    }

    [Fact]
    public void An_instant_may_move_to_one_that_is_still_to_come_and_no_further_back()
    {
        var live = Create();
        var now = Opening - 10_000_000;
        Schedule With(long closes) => Promised with
        {
            ReservationOpens = Instant(now + 1),
            ReservationCloses = Instant(closes),
        };
        var late = live.Reschedule(Promised with { ReservationOpens = Instant(now) }, now: now);
        (late.Refused, late.Detail).ShouldBe((Refusal.InvalidRequest, "schedule.reservationOpens"));
        live.Reschedule(With(now + 2), "o", now).ShouldBe(Effect.Done);
        live.Reschedule(With(now + 3), "o2", now + 2).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void An_open_sale_may_close_sooner_or_later_and_never_in_the_past()
    {
        var live = Open();
        var past = live.Reschedule(Promised with { SaleCloses = Instant(Opening + 5) }, now: Opening + 5);
        (past.Refused, past.Detail).ShouldBe((Refusal.InvalidRequest, "schedule.saleCloses"));
        live.Reschedule(Promised with { SaleCloses = Instant(Opening + 6) }, "o", Opening + 5).ShouldBe(Effect.Done);
        live.Reschedule(Promised with { SaleCloses = Instant(Opening + 9) }, "o2", Opening + 6).Refused
            .ShouldBe(Refusal.SaleClosed);
    }

    [Fact]
    public void Nothing_is_rescheduled_after_the_end()
    {
        var live = Open();
        live.Operate(OperatorAction.Close, "c");
        live.Reschedule(Promised with { SaleCloses = Instant(Opening + 9_000_000) }).Refused
            .ShouldBe(Refusal.SaleClosed);
        live.Refused(
            new Rescheduled(Promised with { SaleCloses = Instant(Opening + 9_000_000) }, "r", Boss, CommandKey("o")),
            Opening);
    }

    [Fact]
    public void The_same_schedule_changes_nothing_and_a_key_binds_its_schedule()
    {
        var live = Create();
        live.Reschedule(Promised, now: Opening - 10).ShouldBe(Effect.AlreadySo);
        live.Refused(new Rescheduled(Promised, "r", Boss, CommandKey("o")), Opening - 10);
        var later = Promised with { SaleCloses = Promised.SaleCloses.AddHours(1) };
        live.Reschedule(later, now: Opening - 10).ShouldBe(Effect.Done);
        live.Reschedule(later, now: Opening - 10).ShouldBe(Effect.AlreadySo);
        live.Reschedule(Promised, now: Opening - 10).Refused.ShouldBe(Refusal.Conflict);
        live.Reschedule(Promised, "back", Opening - 10).ShouldBe(Effect.Done, "it may change back");
        live.State.Directing.Schedule.ShouldBe(Promised);
    }

    [Fact]
    public void Personal_data_stay_until_reservations_have_arrived_by_the_schedule_in_force()
    {
        var live = Create(TermsOf() with { KeepPersonalDataDays = 0 });
        var closes = Promised.ReservationCloses.AddMinutes(30);
        live.Reschedule(Promised with { ReservationCloses = closes }, now: Opening - 3_600_001)
            .ShouldBe(Effect.Done);
        live.Operate(OperatorAction.Close, "c", now: Opening - 3_600_000);
        var arrived = (closes + ErasureRules.ReservationsArrive).ToUnixTimeMilliseconds();
        ErasureRules.DecideAnonymise(live.State, Boss, arrived - 1).Outcome.Refused.ShouldBe(Refusal.Conflict);
        ErasureRules.DecideAnonymise(live.State, Boss, arrived).Outcome.ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_command_without_its_schedule_or_its_orders_is_an_invalid_request()
    {
        var live = Open();
        foreach (var (action, field) in new[]
        {
            (OperatorAction.Reschedule, "schedule"), (OperatorAction.Recall, "orders"),
            (OperatorAction.Extend, "seconds"),
        })
        {
            var command = new OperatorCommand(action, 0, "r", Boss, CommandKey("o"));
            CommandRules.Decide(live.State, command, Opening).Outcome
                .ShouldBe(new Answer<Effect>(Refusal.InvalidRequest, field));
            CommandRules.Decide(live.State, command with { Units = 1 }, Opening).Outcome
                .ShouldBe(new Answer<Effect>(Refusal.InvalidRequest, "units"));
        }
    }
}

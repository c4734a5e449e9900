using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>When users' data may be removed, and whose.</summary>
public class ErasureRulesTests
{
    private const long Closing = Opening + 3_600_000;
    private const long Day = 86_400_000;

    [Fact]
    public void A_settled_batch_may_be_anonymised_once_the_days_of_its_terms_have_passed_since_its_end()
    {
        var live = Open(TermsOf() with { KeepPersonalDataDays = 30 });
        live.DoDue(Closing + 5);
        var refused = Decide(live, Closing + 5 + (30 * Day) - 1);
        refused.Outcome.Refused.ShouldBe(Refusal.Conflict);
        refused.Outcome.Detail!.ShouldContain("2013-01-20T05:00:00.005Z");
        refused.Entries.ShouldBeEmpty();
        var decided = Decide(live, Closing + 5 + (30 * Day));
        decided.Outcome.ShouldBe(Effect.Done);
        decided.Entries.ShouldBe([new Anonymised(Boss)]);
    }

    [Fact]
    public void Days_count_from_the_end_by_an_operator_too()
    {
        var live = Open(TermsOf() with { KeepPersonalDataDays = 0 });
        live.Operate(OperatorAction.Close, "o", now: Opening + 1);
        Decide(live, Opening + 1).Outcome.ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_batch_that_was_closed_early_waits_until_the_last_reservation_has_arrived()
    {
        var live = Create(TermsOf() with { KeepPersonalDataDays = 0 });
        var closes = TermsOf().Schedule.ReservationCloses.ToUnixTimeMilliseconds();
        live.Operate(OperatorAction.Close, "o", now: closes - 1_000);
        var refused = Decide(live, closes + 59_999);
        (refused.Outcome.Refused, refused.Outcome.Detail)
            .ShouldBe((Refusal.Conflict, "reservations may arrive until 2012-12-21T03:01:00.000Z"));
        Decide(live, closes + 60_000).Outcome.ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_batch_is_anonymised_once()
    {
        var live = Settled();
        live.Commit(Closing, Decide(live, Closing).Entries);
        live.Replay().Directing.IsAnonymised.ShouldBeTrue();
        var again = Decide(live, Closing);
        (again.Outcome, again.Entries.Length).ShouldBe((Effect.AlreadySo, 0));
    }

    [Fact]
    public void A_batch_that_was_never_created_or_has_not_ended_is_not_anonymised()
    {
        ErasureRules.DecideAnonymise(new SaleBatch(), Boss, long.MaxValue).Outcome.Refused.ShouldBe(Refusal.NotFound);
        var live = Open(TermsOf() with { KeepPersonalDataDays = 0 });
        Decide(live, long.MaxValue).Outcome.Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void A_batch_with_units_held_or_money_owed_is_not_anonymised()
    {
        var live = Open(TermsOf(windowSeconds: 3_600) with { KeepPersonalDataDays = 0 });
        var order = live.Buy("weibo:alice", Closing - 1).Order!.Seq;
        live.DoDue(Closing);
        Decide(live, Closing + (9 * Day)).Outcome.Detail.ShouldBe("units are held");
        live.Pay(order, "p", Closing);
        live.Cancel(order, Closing);
        Decide(live, Closing + (9 * Day)).Outcome.Detail.ShouldBe("payments are owed back");
        live.Commit(Closing, PaymentRules.DecideRefunded(live.State, PaymentOf("p"), "r", Price).Entries);
        Decide(live, Closing + (9 * Day)).Outcome.ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_payment_that_comes_after_the_anonymisation_is_owed_back()
    {
        var live = Open(TermsOf() with { KeepPersonalDataDays = 0 });
        var order = live.Buy("weibo:alice").Order!.Seq;
        live.DoDue(Closing);
        live.Commit(Closing, Decide(live, Closing).Entries);
        // The key is gone, so nobody can say who paid.
        var late = PaymentRules.DecideCapture(live.State, new(order, "alipay", "p", null, Price), Closing, Grace);
        late.Entries.Single().ShouldBeOfType<RefundOwed>();
        live.Commit(Closing, late.Entries);
        live.Replay().Payments.Owed.Count.ShouldBe(1);
    }

    [Fact]
    public void A_user_is_erasable_whose_orders_have_all_ended()
    {
        var live = Open(TermsOf(limit: 3));
        Erasable(live, "weibo:nobody").ShouldBeEmpty();
        var cancelled = live.Buy("weibo:alice", key: "a").Order!.Seq;
        live.Cancel(cancelled);
        var held = live.Buy("weibo:alice", key: "b").Order!.Seq;
        Refused(live).ShouldBe($"order mi2-1.{held} has not ended");
        live.DoDue(Opening + 930_000);
        Erasable(live, "weibo:alice").ShouldBe([held, cancelled]);
    }

    [Fact]
    public void A_paid_order_keeps_its_buyer_until_the_sale_ends_and_one_that_is_refunded_until_the_money_is_back()
    {
        var live = Open(TermsOf());
        var order = live.Buy("weibo:alice").Order!.Seq;
        live.Pay(order, "p");
        Refused(live).ShouldNotBeNull();
        live.DoDue(Closing);
        Erasable(live, "weibo:alice").ShouldBe([order]);
        live.Cancel(order, Closing);
        Refused(live).ShouldNotBeNull();
        live.Commit(Closing, PaymentRules.DecideRefunded(live.State, PaymentOf("p"), "r", Price).Entries);
        Erasable(live, "weibo:alice").ShouldBe([order]);
    }

    private static LiveBatch Settled()
    {
        var live = Open(TermsOf() with { KeepPersonalDataDays = 0 });
        live.DoDue(Closing);
        return live;
    }

    private static Decision<Answer<Effect>> Decide(LiveBatch live, long now) =>
        ErasureRules.DecideAnonymise(live.State, Boss, now);

    private static IEnumerable<long> Erasable(LiveBatch live, string user) =>
        ErasureRules.FindErasable(live.State, AliasOf(user)).Value!.Select(order => order.Seq);

    private static string? Refused(LiveBatch live)
    {
        var found = ErasureRules.FindErasable(live.State, AliasOf("weibo:alice"));
        found.Refused.ShouldBe(Refusal.Conflict);
        return found.Detail;
    }
}

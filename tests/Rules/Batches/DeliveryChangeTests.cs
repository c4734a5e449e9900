using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>When the delivery details of a reservation may change.</summary>
public class DeliveryChangeTests
{
    private const string Alice = "weibo:alice";
    private const long Closing = Opening + 3_600_000;

    [Fact]
    public void They_may_change_before_the_opening_and_during_the_sale_while_nothing_is_bought()
    {
        var live = Create();
        MayChange(live).ShouldBe(Effect.Done);
        live.Operate(OperatorAction.Pause, "o1");
        MayChange(live).ShouldBe(Effect.Done);
        live.Operate(OperatorAction.Resume, "o2");
        live.Buy("weibo:bob").Order.ShouldNotBeNull();
        MayChange(live).ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_live_order_holds_them_fast_and_its_end_lets_them_go()
    {
        var live = Create();
        var order = live.Buy(Alice).Order!.Seq;
        var refused = MayChange(live);
        (refused.Refused, refused.Detail).ShouldBe(
            (Refusal.Conflict, $"change the details of order {live.State.Terms!.Id}.{order} instead"));
        live.Cancel(order);
        MayChange(live).ShouldBe(Effect.Done);
    }

    [Fact]
    public void Those_of_a_cancelled_version_are_not_found_and_those_of_the_next_may_change()
    {
        var live = Create();
        live.Commit(Opening, HoldRules.DecideReservationCancelled(live.State, AliasOf(Alice), 1).Entries);
        MayChange(live).ShouldBe(Refusal.NotFound);
        MayChange(live, version: 2).ShouldBe(Effect.Done);
    }

    [Fact]
    public void After_the_end_nobody_needs_them_but_who_has_bought()
    {
        var live = Create();
        var order = live.Buy(Alice, Closing - 1_000).Order!.Seq;
        live.DoDue(Closing + 5);
        MayChange(live).Refused.ShouldBe(Refusal.Conflict);
        live.Cancel(order, Closing + 6);
        MayChange(live).ShouldBe(Refusal.SaleClosed);
    }

    private static Answer<Effect> MayChange(LiveBatch live, long version = 1) =>
        HoldRules.MayChangeDelivery(live.State, AliasOf(Alice), version);
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.Grains.Batches.Carrying;
using OrleansSale.Grains.Batches.Line;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;
using static OrleansSale.Tests.Rules.Batches.Returning;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A place's estimate is of the units that buyers give back, at the pace at which they do.</summary>
public class EstimateTests
{
    private const string Alice = "weibo:alice", Bob = "weibo:bob", Carl = "weibo:carl", Dora = "weibo:dora";

    [Fact]
    public void Offers_of_the_backlog_s_own_units_do_not_count_as_units_that_come_back()
    {
        var live = Open(TermsOf(stock: 2) with { BacklogUnits = 2, StandbyLimit = 10 });
        CarriedPlace[] places = [Place(Alice, 1), Place(Bob, 2), Place(Carl, 3)];
        live.Commit(Opening, CarryRules.DecideJoin(live.State, places).Entries);
        live.Commit(Opening, CarryRules.DecideEnd(live.State).Entries);
        live.DoDue(Opening);
        live.State.Line.After(0).Select(place => place.State)
            .ShouldBe([PlaceState.Offered, PlaceState.Offered, PlaceState.Waiting]);
        EstimateOf(live, Carl).ShouldBe(new WaitEstimate(WaitOutlook.Unknown, null));

        // The unit that Alice declines is offered to Carl.
        live.Buy(Dora, standby: true);
        live.Decline(OrderOf(live, Alice).Seq);
        live.DoDue(Opening);
        EstimateOf(live, Dora).ShouldBe(new WaitEstimate(WaitOutlook.Possible, 600));
        StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));
    }

    [Fact]
    public void Offers_of_restocked_units_do_not_count_as_units_that_come_back()
    {
        var live = Open(Terms(stock: 1));
        live.Buy(Alice);
        live.Buy(Bob, standby: true);
        live.Operate(OperatorAction.Restock, "r", 1);
        live.DoDue(Opening);
        live.Buy(Carl, standby: true).Place!.Wait.ShouldBe(new WaitEstimate(WaitOutlook.Unknown, null));
    }

    [Fact]
    public void An_offer_of_what_a_buyer_returns_counts()
    {
        var live = Open(Terms(stock: 2));
        var paid = PaidBy(live, Alice)[0];
        live.Buy("weibo:holds");
        live.Buy(Bob, standby: true);
        live.GiveBack(paid);
        live.Buy(Carl, standby: true).Place!.Wait.ShouldBe(new WaitEstimate(WaitOutlook.Possible, 600));
    }

    private static CarriedPlace Place(string user, long place) => new(new Origin("mi2-a", place), AliasOf(user), 1, 1);

    private static WaitEstimate EstimateOf(LiveBatch live, string user) =>
        LineRules.View(live.State, live.State.Line.LatestOf(AliasOf(user))!, Opening).Wait;
}

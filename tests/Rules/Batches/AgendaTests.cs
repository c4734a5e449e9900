using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>What a batch does by itself, and when.</summary>
public class AgendaTests
{
    private const long Closing = Opening + 3_600_000;

    [Fact]
    public void A_sale_opens_and_ends_at_its_instants_and_once()
    {
        var live = Create();
        Next(live, Opening - 1).ShouldBeNull();
        Next(live, Opening).ShouldBeOfType<OpenedSale>();
        live.DoDue(Opening);
        Next(live, Closing - 1).ShouldBeNull();
        Next(live, Closing).ShouldBe(new EndedSale(EndCause.Schedule));
        live.DoDue(Closing);
        (live.State.Directing.IsOpen, live.State.Directing.IsEnded, live.State.Directing.EndedAt)
            .ShouldBe((true, true, Closing));
        Next(live, long.MaxValue).ShouldBeNull();
        live.State.LastSeq.ShouldBe(3);
    }

    [Fact]
    public void A_batch_that_slept_over_its_whole_sale_opens_and_ends_in_turn()
    {
        var live = Create();
        live.DoDue(Closing + 1);
        live.State.LastSeq.ShouldBe(3);
        live.State.Directing.EndedAt.ShouldBe(Closing + 1);
    }

    [Fact]
    public void The_end_comes_before_what_else_is_due()
    {
        var live = Open(TermsOf(windowSeconds: 3_600));
        live.Buy("weibo:alice", Closing - 1);
        Next(live, Closing + 3_630_000).ShouldBeOfType<EndedSale>();
        live.DoDue(Closing + 3_630_000);
        live.State.Orders.All[0].Hold.ShouldBe(HoldState.Expired);
        live.State.Stock.Free.Count.ShouldBe(10);
    }

    [Fact]
    public void A_hold_is_released_at_its_deadline_and_grace_and_not_before()
    {
        var live = Open();
        var order = live.Buy("weibo:alice").Order!.Seq;
        Next(live, Opening + 929_999).ShouldBeNull();
        Next(live, Opening + 930_000).ShouldBeOfType<Released>().Order.ShouldBe(order);
    }

    [Fact]
    public void A_batch_that_was_closed_before_its_opening_neither_opens_nor_ends_again()
    {
        var live = Create();
        live.Operate(OperatorAction.Close, "o", now: Opening - 1);
        (live.State.Directing.IsEnded, live.State.Directing.EndedAt).ShouldBe((true, Opening - 1));
        Next(live, Closing).ShouldBeNull();
    }

    [Fact]
    public void Closing_ends_the_sale_in_one_commit_and_a_sale_that_has_ended_is_only_closed()
    {
        var live = Open();
        live.Operate(OperatorAction.Close, "o");
        live.State.LastSeq.ShouldBe(4);
        var ended = Open();
        ended.DoDue(Closing);
        ended.Operate(OperatorAction.Close, "o", now: Closing + 5);
        (ended.State.LastSeq, ended.State.Directing.IsClosed, ended.State.Directing.EndedAt)
            .ShouldBe((4, true, Closing));
    }

    private static BatchEntry? Next(LiveBatch live, long now) => Agenda.Next(live.State, now, Grace);
}

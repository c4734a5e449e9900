using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A recall: the sale is paused, and the orders before it are cancelled and refunded.</summary>
public class RecallTests
{
    private readonly LiveBatch _live = Open();
    private readonly long _awaiting, _paid, _ended;

    public RecallTests()
    {
        _awaiting = _live.Buy("weibo:awaiting").Order!.Seq;
        _paid = _live.Buy("weibo:paid").Order!.Seq;
        _live.Pay(_paid, "p1");
        _ended = _live.Buy("weibo:ended").Order!.Seq;
        _live.Cancel(_ended);
    }

    [Theory]
    [InlineData(RecalledOrders.AwaitingPayment, OrderStatus.Cancelled, OrderStatus.Paid)]
    [InlineData(RecalledOrders.Paid, OrderStatus.AwaitingPayment, OrderStatus.Refunding)]
    [InlineData(RecalledOrders.All, OrderStatus.Cancelled, OrderStatus.Refunding)]
    public void It_covers_the_orders_of_its_kind(RecalledOrders kind, OrderStatus awaiting, OrderStatus paid)
    {
        var counted = _live.State.Recalls.Count(kind);
        _live.Recall(kind).ShouldBe(Effect.Done);
        _live.State.Directing.Pause.ShouldBe(new SaleStop(Instant(Opening), "because"), "in the same commit");
        _live.State.IsRecalling.ShouldBeTrue();
        _live.DoDue(Opening);

        _live.State.IsRecalling.ShouldBeFalse();
        (StatusOf(_awaiting), StatusOf(_paid), StatusOf(_ended)).ShouldBe((awaiting, paid, OrderStatus.Cancelled));
        var view = RecallRules.View(_live.State).Value!;
        (view.Covered, view.Cancelled, view.IsFinished).ShouldBe((counted, counted, true));
        counted.AwaitingPayment.ShouldBe(
            kind == RecalledOrders.Paid ? default : new OrderSum(1, 1, Price.Amount));
        counted.Paid.ShouldBe(
            kind == RecalledOrders.AwaitingPayment ? default : new OrderSum(1, 1, Price.Amount));
        foreach (var order in new[] { _awaiting, _paid }.Select(seq => _live.State.Orders.Find(seq)!))
            order.Cancelled.ShouldBe(order.IsLive ? null : new Cancellation(Boss, CancelReason.Recalled));
        StateDump.Same(StateDump.Of(_live.Replay()), StateDump.Of(_live.State));
    }

    [Fact]
    public void A_count_changes_nothing()
    {
        var before = StateDump.Of(_live.State);
        _live.State.Recalls.Count(RecalledOrders.All).Orders.ShouldBe(2);
        RecallRules.Refuse(_live.State).ShouldBeNull();
        StateDump.Same(StateDump.Of(_live.State), before);
    }

    [Fact]
    public void It_goes_on_where_it_was_after_a_crash_at_any_entry()
    {
        _live.Recall(RecalledOrders.All);
        while (Agenda.Next(_live.State, Opening, Grace) is { } next)
        {
            StateDump.Same(StateDump.Of(_live.Replay()), StateDump.Of(_live.State));
            Agenda.Next(_live.Replay(), Opening, Grace)!.GetType().ShouldBe(next.GetType());
            _live.Commit(Opening, next);
        }
        _live.Replay().IsRecalling.ShouldBeFalse();
        _live.State.Payments.Owed.Count.ShouldBe(1);
    }

    [Fact]
    public void A_capture_for_an_unpaid_order_that_is_not_cancelled_yet_is_refunded_and_cancels_it()
    {
        _live.Recall(RecalledOrders.AwaitingPayment);
        _live.Pay(_awaiting, "p2").ShouldBe(CaptureResult.RefundOwed);
        StatusOf(_awaiting).ShouldBe(OrderStatus.Refunding);
        _live.State.Payments.All[PaymentOf("p2")].State.ShouldBe(PaymentState.Owed);
        _live.State.IsRecalling.ShouldBeFalse("it was the last one");
        RecallRules.View(_live.State).Value!.Cancelled.AwaitingPayment.Orders.ShouldBe(1);
    }

    [Fact]
    public void An_order_that_a_recall_of_paid_ones_does_not_cover_may_be_paid_meanwhile_and_is_kept()
    {
        _live.Recall(RecalledOrders.Paid);
        _live.Pay(_awaiting, "p2").ShouldBe(CaptureResult.Sold);
        StateDump.Same(StateDump.Of(_live.Replay()), StateDump.Of(_live.State));
        _live.DoDue(Opening);
        (StatusOf(_awaiting), StatusOf(_paid)).ShouldBe((OrderStatus.Paid, OrderStatus.Refunding));
    }

    [Fact]
    public void Nobody_checks_out_an_order_that_is_being_recalled()
    {
        PaymentRules.MayCheckOut(_live.State, _awaiting, Opening).ShouldBeNull();
        _live.Recall(RecalledOrders.All);
        PaymentRules.MayCheckOut(_live.State, _awaiting, Opening).ShouldBe(Refusal.OrderNotPayable);
    }

    [Fact]
    public void Nothing_resumes_recalls_again_or_forgets_before_it_has_finished()
    {
        _live.Recall(RecalledOrders.All);
        OperatorRules.Decide(_live.State, Command(OperatorAction.Resume)).Outcome.Refused.ShouldBe(Refusal.Conflict);
        RecallRules.Refuse(_live.State)!.Value.Refused.ShouldBe(Refusal.Conflict);
        CommandRules.Decide(_live.State, Command(OperatorAction.Recall) with { Orders = RecalledOrders.All }, Opening)
            .Outcome.Refused.ShouldBe(Refusal.Conflict);
        _live.Refused(new Recalled(RecalledOrders.All, "r", Boss, CommandKey("o")), Opening);

        _live.DoDue(Opening);
        _live.Operate(OperatorAction.Resume, "resume").ShouldBe(Effect.Done);
        _live.Buy("weibo:later").Order.ShouldNotBeNull();
        _live.Recall(RecalledOrders.All, "again").ShouldBe(Effect.Done);
        _live.State.Recalls.Covered.Orders.ShouldBe(1);
    }

    [Fact]
    public void It_covers_no_order_that_was_made_after_it()
    {
        _live.Recall(RecalledOrders.All);
        _live.DoDue(Opening);
        _live.Operate(OperatorAction.Resume, "resume");
        var later = _live.Buy("weibo:later").Order!.Seq;
        _live.DoDue(Opening + 1);
        StatusOf(later).ShouldBe(OrderStatus.AwaitingPayment);
        _live.Pay(later, "p3").ShouldBe(CaptureResult.Sold);
    }

    [Fact]
    public void Orders_can_be_recalled_after_the_sale_has_ended_and_not_after_the_users_were_forgotten()
    {
        _live.Operate(OperatorAction.Close, "c");
        _live.Recall(RecalledOrders.All).ShouldBe(Effect.Done);
        var erasing = ErasureRules.DecideAnonymise(_live.State, Boss, Opening + 100L * 86_400_000).Outcome;
        erasing.Refused.ShouldBe(Refusal.Conflict);
        ErasureRules.FindErasable(_live.State, AliasOf("weibo:paid")).Refused.ShouldBe(Refusal.Conflict);
        _live.DoDue(Opening);
        var ended = Open();
        ended.Operate(OperatorAction.Close, "c");
        ended.Commit(Opening, new Anonymised(Boss));
        ended.Recall(RecalledOrders.All).Refused.ShouldBe(Refusal.SaleClosed);
        ended.Refused(new Recalled(RecalledOrders.All, "r", Boss, CommandKey("o")), Opening);
    }

    [Fact]
    public void Waiting_places_stay_and_a_recalled_offer_passes()
    {
        var live = Open(TermsOf(stock: 2));
        var (first, _) = (live.Buy("weibo:a").Order!.Seq, live.Buy("weibo:b"));
        live.Buy("weibo:c", standby: true);
        live.Buy("weibo:d", standby: true);
        live.Cancel(first);
        live.DoDue(Opening);
        live.State.Line.Find(1)!.State.ShouldBe(PlaceState.Offered);
        live.Recall(RecalledOrders.All);
        live.DoDue(Opening);

        (live.State.Line.Find(1)!.State, live.State.Line.Find(2)!.State).ShouldBe(
            (PlaceState.Passed, PlaceState.Waiting));
        live.State.Stock.Free.Count.ShouldBe(2, "nothing is offered while the sale is paused");
        live.Operate(OperatorAction.Resume, "resume");
        live.DoDue(Opening);
        live.State.Line.Find(2)!.State.ShouldBe(PlaceState.Offered);
    }

    [Fact]
    public void A_recall_without_an_order_pauses_and_is_finished_at_once()
    {
        var live = Create();
        live.Recall(RecalledOrders.All, now: Opening - 10).ShouldBe(Effect.Done);
        (live.State.Directing.IsPaused, live.State.IsRecalling).ShouldBe((true, false));
        live.Operate(OperatorAction.Resume, "resume", now: Opening - 10).ShouldBe(Effect.Done);
    }

    [Fact]
    public void A_key_binds_the_kind_and_a_kind_that_is_none_is_an_invalid_request()
    {
        _live.Recall((RecalledOrders)3).ShouldBe(new Answer<Effect>(Refusal.InvalidRequest, "orders"));
        _live.Recall(RecalledOrders.Paid).ShouldBe(Effect.Done);
        _live.Recall(RecalledOrders.Paid).ShouldBe(Effect.AlreadySo);
        _live.Recall(RecalledOrders.All).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void Only_a_recall_cancels_with_its_reason()
    {
        var by = new Cancellation(Boss, CancelReason.Recalled);
        PaymentRules.DecideCancel(_live.State, _awaiting, null, by).Outcome.Refused
            .ShouldBe(Refusal.InvalidRequest);
        var removal = BuyerCommand.OnPlace(1, CancelReason.Recalled, Boss, CommandKey("removal"));
        LineRules.DecideRemove(_live.State, removal).Outcome.Refused.ShouldBe(Refusal.InvalidRequest);
        var units = _live.State.Orders.Find(_awaiting)!.Units;
        var recalled = new Released(_awaiting, units, ReleaseReason.Cancelled, Boss, CancelReason.Recalled);
        _live.Refused(recalled, Opening);
        _live.Recall(RecalledOrders.Paid);
        _live.Refused(recalled, Opening);
        var paid = _live.State.Orders.Find(_paid)!;
        _live.Refused(_live.State.Recalls.CancelOf(paid) with { By = AliasOf("weibo:other") }, Opening);
        _live.Commit(Opening, _live.State.Recalls.CancelOf(paid));
        _live.Refused(new PausedSale("r", Boss, CommandKey("o")), Opening).Message
            .ShouldContain("between a recall's cancellation and its refund");
    }

    private OrderStatus StatusOf(long order) => OrderBook.StatusOf(_live.State.Orders.Find(order)!);

    private static OperatorCommand Command(OperatorAction action) =>
        new(action, 0, "because", Boss, CommandKey("another"));
}

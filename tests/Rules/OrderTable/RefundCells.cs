using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.OrderTable;

/// <summary>The rows of docs/orders.md about refunds, disputes and money that moves elsewhere.</summary>
public sealed class RefundCells
{
    private static readonly long Whole = Price.Amount;

    [Fact]
    public void A_refund_that_is_made_ends_the_debt()
    {
        var cell = Cell.In("refunding");
        cell.Refund("r").ShouldBeNull();
        cell.ShouldHaveWritten("refunded").ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(refunded: Whole);
    }

    [Fact]
    public void A_refund_that_the_provider_makes_twice_is_recorded_once()
    {
        var cell = Cell.In("refunded");
        cell.Refund("r").ShouldBeNull();
        cell.Refund("r-2").ShouldBeNull();
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(refunded: Whole);
        cell.RefundElsewhere("r-2", Whole).Value.ShouldBe(NewsResult.Surplus, "people must look at it");
        cell.ShouldHaveWritten().ShouldHaveMoney(refunded: Whole);
    }

    [Fact]
    public void The_refund_of_another_payment_settles_nothing()
    {
        var cell = Cell.In("refunded");
        cell.Capture("p-2");
        cell.Begin().Refund("r", payment: "p-2").ShouldBe("refund-of-another-payment");
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Refunding).ShouldHaveMoney(owed: Whole, refunded: Whole);
    }

    [Fact]
    public void A_refund_of_another_amount_than_is_owed_settles_nothing()
    {
        var cell = Cell.In("refunding");
        cell.RefundElsewhere("e", 100);
        cell.Begin().Refund("r", Price).ShouldBe("another-amount", "a part went back meanwhile");
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: Whole - 100, elsewhere: 100);
        cell.Refund("r", Price with { Amount = Whole - 100 }).ShouldBeNull();
        cell.ShouldHaveWritten("refunded").ShouldHaveStatus(OrderStatus.Refunded)
            .ShouldHaveMoney(refunded: Whole - 100, elsewhere: 100);
    }

    [Theory]
    [InlineData("409 insufficient-funds")]
    [InlineData("refund-pending")]
    [InlineData("refund-failed expired_or_canceled_card")]
    public void A_refund_that_is_refused_or_pending_or_failed_is_stalled_once_with_its_reason(string code)
    {
        var cell = Cell.In("refunding");
        cell.Stall(code).ShouldBeTrue();
        cell.Stall(code).ShouldBeFalse();
        cell.ShouldHaveWritten("refund-stalled").ShouldHaveStatus(OrderStatus.Refunding).ShouldHaveMoney(owed: Whole);
        NoticeRules.View(cell.Live.State).Issues.ShouldHaveSingleItem().ShouldBe(new MoneyIssue(
            MoneyIssueKind.RefundStalled, cell.Seq, "default", "p", Price, code, Instant(cell.Now)));
    }

    [Fact]
    public void Another_reason_of_a_stalled_refund_is_recorded_too_up_to_a_bound()
    {
        var cell = Cell.Stalled();
        cell.Stall("404 not-found").ShouldBeTrue();
        cell.ShouldHaveWritten("refund-stalled");
        for (var i = 2; i < NoticeRules.MaxStalls; i++) cell.Stall($"reason-{i}").ShouldBeTrue();
        cell.Stall("one more").ShouldBeFalse();
        cell.ShouldHaveMoney(owed: Whole);
    }

    [Fact]
    public void A_stalled_refund_that_succeeds_late_ends_the_debt_and_the_stall()
    {
        var cell = Cell.Stalled();
        cell.Refund("r").ShouldBeNull();
        cell.ShouldHaveWritten("refunded").ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(refunded: Whole);
        NoticeRules.View(cell.Live.State).Issues.ShouldBeEmpty();
        cell.Stall("409 insufficient-funds").ShouldBeFalse("nothing is owed any more");
    }

    [Fact]
    public void A_part_that_the_provider_s_dashboard_refunds_while_the_order_is_paid_leaves_it_paid_and_is_shown()
    {
        var cell = Cell.In("paid");
        cell.RefundElsewhere("e", 100).Value.ShouldBe(NewsResult.Recorded);
        cell.RefundElsewhere("e", 100).Value.ShouldBe(NewsResult.AlreadySo);
        cell.ShouldHaveWritten("refunded-elsewhere").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole - 100, elsewhere: 100);
        NoticeRules.View(cell.Live.State).Issues.ShouldHaveSingleItem().Kind
            .ShouldBe(MoneyIssueKind.PaidOrderRefunded);
    }

    [Fact]
    public void All_that_the_provider_s_dashboard_refunds_while_the_order_is_paid_leaves_it_paid_until_it_is_cancelled()
    {
        var cell = Cell.In("paid");
        cell.RefundElsewhere("e", Whole).Value.ShouldBe(NewsResult.Recorded);
        cell.ShouldHaveWritten("refunded-elsewhere").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(elsewhere: Whole);
        cell.Cancel();
        cell.ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(elsewhere: Whole);
        NoticeRules.View(cell.Live.State).Issues.ShouldBeEmpty();
    }

    [Fact]
    public void Refunding_a_shipped_order_whose_money_went_back_elsewhere_ends_it_and_owes_nothing()
    {
        var cell = Cell.In("paid");
        cell.Command(BuyerAction.Ship, "s").ShouldBe(Effect.Done);
        cell.RefundElsewhere("e", Whole);
        cell.ShouldHaveStatus(OrderStatus.Paid, sold: 1);
        cell.Begin().Command(BuyerAction.Refund, "f").ShouldBe(Effect.Done);
        cell.Command(BuyerAction.Refund, "f").ShouldBe(Effect.AlreadySo);
        cell.Command(BuyerAction.Refund, "f-2").ShouldBe(Effect.AlreadySo);
        cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Refunded, sold: 1)
            .ShouldHaveMoney(elsewhere: Whole);
        cell.Last.ShouldBe(new RefundOwed(
            cell.Seq, PaymentOf("p"), Price with { Amount = 0 }, RefundReason.Shipped, Boss, CancelReason.Mistake,
            CommandKey("f")));
        cell.Live.State.Payments.Owed.ShouldBeEmpty();
        NoticeRules.View(cell.Live.State).Issues.ShouldBeEmpty();
        cell.Refund("r").ShouldBeNull("the engine has nothing to ask for");
        cell.Capture("p-2").ShouldBe(CaptureResult.RefundOwed, "another payment goes back");
        cell.ShouldHaveStatus(OrderStatus.Refunding, sold: 1).ShouldHaveMoney(owed: Whole, elsewhere: Whole);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Refunding_a_shipped_order_owes_what_did_not_go_back_elsewhere_and_its_units_stay_sold(int elsewhere)
    {
        var cell = Cell.In("paid");
        cell.Command(BuyerAction.Ship, "s");
        if (elsewhere > 0) cell.RefundElsewhere("e", elsewhere);
        cell.Begin().Command(BuyerAction.Refund, "f").ShouldBe(Effect.Done);
        cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Refunding, sold: 1)
            .ShouldHaveMoney(owed: Whole - elsewhere, elsewhere: elsewhere);
    }

    [Fact]
    public void A_part_that_is_refunded_elsewhere_while_it_is_owed_lessens_the_debt()
    {
        var cell = Cell.In("refunding");
        cell.RefundElsewhere("e", 100).Value.ShouldBe(NewsResult.Recorded);
        cell.ShouldHaveWritten("refunded-elsewhere").ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: Whole - 100, elsewhere: 100);
        cell.RefundElsewhere("e-2", Whole).Value.ShouldBe(NewsResult.Surplus);
        cell.ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(elsewhere: Whole);
    }

    [Fact]
    public void A_refund_elsewhere_of_all_that_is_owed_ends_the_debt_once_whichever_is_told_first()
    {
        var told = Cell.In("refunding");
        told.RefundElsewhere("e", Whole).Value.ShouldBe(NewsResult.Recorded);
        told.Refund("e").ShouldBeNull("the engine finds it too");
        told.ShouldHaveWritten("refunded-elsewhere").ShouldHaveStatus(OrderStatus.Refunded)
            .ShouldHaveMoney(elsewhere: Whole);

        var found = Cell.In("refunding");
        found.Refund("e").ShouldBeNull();
        found.RefundElsewhere("e", Whole).Value.ShouldBe(NewsResult.AlreadySo);
        found.ShouldHaveWritten("refunded").ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(refunded: Whole);
    }

    [Fact]
    public void Two_parts_that_are_refunded_elsewhere_end_the_debt_though_the_later_one_is_told_first()
    {
        var cell = Cell.In("refunding");
        cell.RefundElsewhere("e-2", Whole - 100);
        cell.Refund("e-2", Price with { Amount = 100 }).ShouldBe("refund-of-another-payment", "the newest of both");
        cell.RefundElsewhere("e-1", 100).Value.ShouldBe(NewsResult.Recorded);
        cell.ShouldHaveWritten("refunded-elsewhere", "refunded-elsewhere").ShouldHaveStatus(OrderStatus.Refunded)
            .ShouldHaveMoney(elsewhere: Whole);
    }

    [Fact]
    public void News_of_a_payment_that_is_not_recorded_is_refused_and_told_again()
    {
        var cell = Cell.In("awaiting payment");
        cell.RefundElsewhere("e", 100).Refused.ShouldBe(Refusal.NotFound);
        cell.ShouldHaveWritten();
        cell.Capture();
        cell.RefundElsewhere("e", 100).Value.ShouldBe(NewsResult.Recorded);
    }

    [Fact]
    public void A_dispute_that_is_opened_moves_no_money_and_is_shown()
    {
        var cell = Cell.In("paid");
        cell.Dispute(DisputeState.Open).Value.ShouldBe(NewsResult.Recorded);
        cell.Dispute(DisputeState.Open).Value.ShouldBe(NewsResult.AlreadySo);
        cell.ShouldHaveWritten("disputed").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
        NoticeRules.View(cell.Live.State).Issues.ShouldHaveSingleItem().Kind.ShouldBe(MoneyIssueKind.Disputed);
    }

    [Fact]
    public void A_dispute_that_is_won_moves_no_money_and_is_over()
    {
        var cell = Cell.In("paid");
        cell.Dispute(DisputeState.Open);
        cell.Begin().Dispute(DisputeState.Won).Value.ShouldBe(NewsResult.Recorded);
        cell.Dispute(DisputeState.Open).Value.ShouldBe(NewsResult.AlreadySo, "an older message comes late");
        cell.Dispute(DisputeState.Lost).Value.ShouldBe(NewsResult.AlreadySo);
        cell.ShouldHaveWritten("disputed").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
        NoticeRules.View(cell.Live.State).Issues.ShouldBeEmpty();
    }

    [Fact]
    public void A_dispute_that_is_lost_has_paid_back_in_the_same_commit()
    {
        var cell = Cell.In("paid");
        cell.Dispute(DisputeState.Lost).Value.ShouldBe(NewsResult.Recorded);
        cell.ShouldHaveWritten("disputed", "refunded-elsewhere").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(elsewhere: Whole);
    }

    [Fact]
    public void A_dispute_that_is_lost_while_its_refund_is_owed_lessens_the_debt_so_nobody_is_paid_twice()
    {
        var cell = Cell.Stalled();
        cell.Dispute(DisputeState.Lost).Value.ShouldBe(NewsResult.Recorded);
        cell.ShouldHaveWritten("disputed", "refunded-elsewhere").ShouldHaveStatus(OrderStatus.Refunded)
            .ShouldHaveMoney(elsewhere: Whole);
        cell.Refund("r").ShouldBeNull();
        cell.ShouldHaveWritten("disputed", "refunded-elsewhere").ShouldHaveMoney(elsewhere: Whole);
    }

    [Fact]
    public void A_dispute_that_is_lost_after_the_refund_is_recorded_and_moves_nothing_more()
    {
        var cell = Cell.In("refunded");
        cell.Dispute(DisputeState.Lost).Value.ShouldBe(NewsResult.Surplus, "people must look at it");
        cell.ShouldHaveWritten("disputed").ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(refunded: Whole);
    }

    [Fact]
    public void A_stalled_refund_that_an_operator_paid_back_by_hand_ends_the_debt_once()
    {
        var cell = Cell.Stalled();
        cell.Settle().Value.ShouldBe(Effect.Done);
        cell.Settle().Value.ShouldBe(Effect.AlreadySo);
        cell.ShouldHaveWritten("refunded-elsewhere").ShouldHaveStatus(OrderStatus.Refunded)
            .ShouldHaveMoney(elsewhere: Whole);
        cell.Last.ShouldBe(new RefundedElsewhere(cell.Seq, PaymentOf("p"), Price, "bank-transfer", Boss));
        cell.Refund("r").ShouldBeNull();
        cell.ShouldHaveWritten("refunded-elsewhere");
    }

    [Theory]
    [InlineData("paid")]
    [InlineData("refunding")]
    public void A_payment_that_is_kept_or_whose_refund_is_being_made_cannot_be_settled_by_hand(string state)
    {
        var cell = Cell.In(state);
        cell.Settle().Refused.ShouldBe(Refusal.Conflict);
        cell.ShouldHaveWritten();
    }
}

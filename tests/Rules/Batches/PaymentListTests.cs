using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>The captured payments as operators see them, and the instants of their orders.</summary>
public sealed class PaymentListTests
{
    private readonly LiveBatch _live = Open();

    [Fact]
    public void A_payment_is_listed_with_where_its_money_is_and_since_when()
    {
        var order = OrderOf("weibo:a");
        _live.Pay(order, "p-1", Opening + 1_000);
        _live.Pay(order, "p-2", Opening + 2_000);
        Of("p-1").ShouldBe(Sold(1, order, "p-1", Opening + 1_000));
        Of("p-2").ShouldBe(Sold(2, order, "p-2", Opening + 2_000) with
        {
            Stage = PaymentStage.RefundOwed,
            Why = RefundReason.Duplicate,
        });

        _live.Commit(Opening + 3_000, new RefundStalled(order, PaymentOf("p-2"), Price, "409 conflict"));
        (Of("p-2").Stage, Of("p-2").Code).ShouldBe((PaymentStage.RefundStalled, "409 conflict"));

        _live.Commit(Opening + 4_000, new RefundMade(order, PaymentOf("p-2"), "r-2", Price));
        var made = Of("p-2");
        (made.Stage, made.Code, made.Refund, made.RefundedAt)
            .ShouldBe((PaymentStage.Refunded, null, "r-2", Instant(Opening + 4_000)));
        View(order).Instants?.RefundedAt.ShouldBeNull("the order is paid");
    }

    [Fact]
    public void A_payment_that_went_back_elsewhere_says_what_moved_it()
    {
        var order = OrderOf("weibo:a");
        _live.Pay(order, "p-1");
        Move(order, 100, "refund re_1", Opening + 1_000);
        (Of("p-1").Stage, Of("p-1").Elsewhere, Of("p-1").Code, Of("p-1").RefundedAt)
            .ShouldBe((PaymentStage.Sold, 100, "refund re_1", null), "a part of it still pays for the order");
        Move(order, Price.Amount - 100, "dispute dp_1", Opening + 2_000);
        (Of("p-1").Stage, Of("p-1").Elsewhere, Of("p-1").Code, Of("p-1").RefundedAt).ShouldBe(
            (PaymentStage.RefundedElsewhere, Price.Amount, "dispute dp_1", Instant(Opening + 2_000)));

        _live.Cancel(order, Opening + 3_000);
        (View(order).Status, View(order).Instants?.RefundedAt)
            .ShouldBe((OrderStatus.Refunded, Instant(Opening + 2_000)), "when the money went, not the order");
    }

    [Fact]
    public void An_order_has_the_instant_of_its_sale_and_once_it_is_refunded_that_of_its_last_refund()
    {
        var order = OrderOf("weibo:a");
        (View(order).Instants?.PaidAt, View(order).Instants?.RefundedAt).ShouldBe((null, null));
        _live.Pay(order, "p-1", Opening + 1_000);
        (View(order).Instants?.PaidAt, View(order).Instants?.RefundedAt).ShouldBe((Instant(Opening + 1_000), null));
        _live.Cancel(order, Opening + 2_000);
        (View(order).Status, View(order).Instants?.RefundedAt).ShouldBe((OrderStatus.Refunding, null));
        _live.Commit(Opening + 3_000, new RefundMade(order, PaymentOf("p-1"), "r-1", Price));
        (View(order).Instants?.PaidAt, View(order).Instants?.RefundedAt)
            .ShouldBe((Instant(Opening + 1_000), Instant(Opening + 3_000)));
        var again = _live.Replay();
        (again.Orders.View(again.Orders.Find(order)!) with { Units = [] })
            .ShouldBe(View(order) with { Units = [] }, "it follows from the ledger");
    }

    [Theory]
    [InlineData(0, "CNY", 0)]
    [InlineData(1_199, "CNY", 1_199)]
    [InlineData(199_900, "CNY", 199_900)]
    [InlineData(199_901, "CNY", null)]
    [InlineData(-1, "CNY", null)]
    [InlineData(1_199, "USD", null)]
    public void A_fee_that_cannot_be_counts_as_not_reported_and_the_payment_counts(
        long fee, string currency, int? known)
    {
        foreach (var (user, payment) in new[] { ("weibo:a", "p-1"), ("weibo:nobody", "p-2") })
        {
            var order = payment == "p-1" ? OrderOf(user) : 3;
            var capture = new Capture(
                order, SoleProvider.Name, payment, AliasOf(user), Price, new Money(fee, currency));
            _live.Commit(Opening, PaymentRules.DecideCapture(_live.State, capture, Opening, Grace).Entries);
        }
        (Of("p-1").Stage, Of("p-1").Fee).ShouldBe((PaymentStage.Sold, known));
        (Of("p-2").Why, Of("p-2").Fee).ShouldBe((RefundReason.WrongPayer, known));
        _live.State.Payments.Balances.View().ShouldHaveSingleItem().Fees.ShouldBe(known * 2);
        var replayed = PaymentList.Page(_live.Replay(), 0, 10).Payments;
        replayed.ShouldBe(PaymentList.Page(_live.State, 0, 10).Payments, "it follows from the ledger");
    }

    [Fact]
    public void A_ledger_has_no_fee_that_cannot_be_and_only_the_first_record_of_a_payment_has_one()
    {
        var order = OrderOf("weibo:a");
        foreach (var fee in new[] { -1, Price.Amount + 1 })
        {
            _live.Refused(new Sold(order, PaymentOf("p-1"), Price, Fee: fee), Opening);
            _live.Refused(new RefundOwed(order, PaymentOf("p-1"), Price, RefundReason.WrongPayer, Fee: fee), Opening);
        }
        _live.Commit(Opening, new Sold(order, PaymentOf("p-1"), Price, Fee: 7));
        _live.Commit(Opening, new Released(order, [1], ReleaseReason.Cancelled));
        _live.Refused(new RefundOwed(order, PaymentOf("p-1"), Price, RefundReason.Cancelled, Fee: 7), Opening);
        _live.Commit(Opening, new RefundOwed(order, PaymentOf("p-1"), Price, RefundReason.Cancelled));
        Of("p-1").Fee.ShouldBe(7, "the provider keeps it");
    }

    [Fact]
    public void Pages_follow_each_other_without_gaps_and_end()
    {
        for (var i = 1; i <= 5; i++) _live.Pay(OrderOf($"weibo:u{i}"), $"p-{i}");
        PaymentList.Page(_live.State, 0, 2).Payments.Select(payment => payment.Payment).ShouldBe(["p-1", "p-2"]);
        PaymentList.Page(_live.State, 2, 2).Payments.Select(payment => payment.Number).ShouldBe([3, 4]);
        PaymentList.Page(_live.State, 4, 2).Payments.Select(payment => payment.Payment).ShouldBe(["p-5"]);
        PaymentList.Page(_live.State, 5, 2).Payments.ShouldBeEmpty();
        PaymentList.Page(_live.State, int.MaxValue, 2).Payments.ShouldBeEmpty();
    }

    private static PaymentView Sold(int number, long order, string payment, long at) => new(
        number, order, AliasOf("weibo:a"), SoleProvider.Name, payment, Price, PaymentStage.Sold, Instant(at));

    private long OrderOf(string user) => _live.Buy(user).Order!.Seq;

    private PaymentView Of(string payment) =>
        PaymentList.Page(_live.State, 0, 1_000).Payments.Single(view => view.Payment == payment);

    private OrderView View(long order) => _live.State.Orders.View(_live.State.Orders.Find(order)!);

    private void Move(long order, long amount, string code, long at) => _live.Commit(
        at, new RefundedElsewhere(order, PaymentOf("p-1"), Price with { Amount = amount }, code));
}

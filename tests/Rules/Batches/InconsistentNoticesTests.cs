using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A notice about money that contradicts the state is refused and changes nothing.</summary>
public class InconsistentNoticesTests
{
    private readonly LiveBatch _live = Open(TermsOf(limit: 5));
    private readonly long _paid, _owed, _back;

    public InconsistentNoticesTests()
    {
        _paid = PaidOrder("weibo:a", "p-paid");
        _owed = PaidOrder("weibo:b", "p-owed");
        _back = PaidOrder("weibo:c", "p-back");
        _live.Cancel(_owed);
        _live.Cancel(_back);
        _live.Commit(Opening, new RefundMade(_back, PaymentOf("p-back"), "r", Price));
        _live.Commit(Opening, new RefundStalled(_owed, PaymentOf("p-owed"), Price, "409 conflict"));
    }

    [Fact]
    public void A_notice_about_a_payment_that_is_not_the_order_s_is_refused()
    {
        foreach (var (order, payment) in new[] { (_paid, "p-owed"), (_owed, "p-none"), (1, "p-paid"), (999, "p-paid") })
        {
            Refused(new RefundStalled(order, PaymentOf(payment), Price, "code"));
            Refused(new RefundedElsewhere(order, PaymentOf(payment), Price, "refund e"));
            Refused(new Disputed(order, PaymentOf(payment), Price, "open d"));
        }
        Refused(new Disputed(_paid, new PaymentId("other", "p-paid"), Price, "open d"));
    }

    [Fact]
    public void A_stall_of_what_is_not_owed_or_is_recorded_or_of_another_amount_is_refused()
    {
        Refused(new RefundStalled(_paid, PaymentOf("p-paid"), Price, "code"));
        Refused(new RefundStalled(_back, PaymentOf("p-back"), Price, "code"));
        Refused(new RefundStalled(_owed, PaymentOf("p-owed"), Price, "409 conflict"));
        Refused(new RefundStalled(_owed, PaymentOf("p-owed"), Price with { Amount = 1 }, "code"));
        for (var i = 1; i < NoticeRules.MaxStalls; i++)
            _live.Commit(Opening, new RefundStalled(_owed, PaymentOf("p-owed"), Price, $"code-{i}"));
        Refused(new RefundStalled(_owed, PaymentOf("p-owed"), Price, "one more"));
    }

    [Fact]
    public void Money_elsewhere_beyond_what_is_left_is_refused()
    {
        foreach (var amount in new[] { 0, -1, Price.Amount + 1, long.MaxValue, long.MinValue })
        {
            foreach (var (order, payment) in new[] { (_paid, "p-paid"), (_owed, "p-owed") })
                Refused(new RefundedElsewhere(order, PaymentOf(payment), Price with { Amount = amount }, "refund e"));
        }
        Refused(new RefundedElsewhere(_paid, PaymentOf("p-paid"), new Money(1, "USD"), "refund e"));
        Refused(new RefundedElsewhere(_back, PaymentOf("p-back"), new Money(1, "CNY"), "refund e"));
        _live.Commit(Opening, new RefundedElsewhere(_paid, PaymentOf("p-paid"), new Money(100, "CNY"), "refund e"));
        Refused(new RefundedElsewhere(_paid, PaymentOf("p-paid"), Price, "refund e-2"));
    }

    [Fact]
    public void Money_elsewhere_that_nothing_moved_or_by_a_refund_that_is_recorded_is_refused()
    {
        foreach (var code in new[]
        {
            "", "refund", "refund ", "dispute ", "by-hand", "bank-transfer", "Refund e", "refund r",
        })
            Refused(new RefundedElsewhere(_paid, PaymentOf("p-paid"), Price, code));
        // At another provider the same text would be another refund.
        Refused(new RefundedElsewhere(_owed, PaymentOf("p-owed"), Price, "refund r"));
    }

    [Fact]
    public void A_refund_by_hand_that_is_not_of_all_that_is_stalled_is_refused()
    {
        Refused(new RefundedElsewhere(_owed, PaymentOf("p-owed"), new Money(1, "CNY"), "cash", Boss));
        Refused(new RefundedElsewhere(_owed, PaymentOf("p-owed"), Price, "refund e", Boss));
        Refused(new RefundedElsewhere(_owed, PaymentOf("p-owed"), Price, "gift", Boss));
        Refused(new RefundedElsewhere(_paid, PaymentOf("p-paid"), Price, "cash", Boss));
        var fresh = PaidOrder("weibo:d", "p-fresh");
        _live.Cancel(fresh);
        Refused(new RefundedElsewhere(fresh, PaymentOf("p-fresh"), Price, "cash", Boss));
        _live.Commit(Opening, new RefundedElsewhere(_owed, PaymentOf("p-owed"), Price, "cash", Boss));
    }

    [Fact]
    public void A_dispute_in_no_known_state_or_again_or_after_its_end_is_refused()
    {
        foreach (var code in new[] { "", "open", "open ", "d", "fraudulent", "Open d", "closed d" })
            Refused(new Disputed(_paid, PaymentOf("p-paid"), Price, code));
        Commit("open d");
        Refused(new Disputed(_paid, PaymentOf("p-paid"), Price, "open d"));
        Commit("won d");
        foreach (var code in new[] { "open d", "won d", "lost d" })
            Refused(new Disputed(_paid, PaymentOf("p-paid"), Price, code));
        for (var i = 1; i < NoticeRules.MaxDisputes; i++) Commit($"open d{i}");
        Refused(new Disputed(_paid, PaymentOf("p-paid"), Price, "open one-more"));

        void Commit(string code) => _live.Commit(Opening, new Disputed(_paid, PaymentOf("p-paid"), Price, code));
    }

    [Fact]
    public void A_debt_or_a_refund_of_another_amount_than_is_left_is_refused()
    {
        _live.Commit(Opening, new RefundedElsewhere(_owed, PaymentOf("p-owed"), new Money(100, "CNY"), "refund e"));
        Refused(new RefundMade(_owed, PaymentOf("p-owed"), "r-2", Price));
        _live.Commit(Opening, new RefundMade(
            _owed, PaymentOf("p-owed"), "r-2", Price with { Amount = Price.Amount - 100 }));

        _live.Commit(Opening, new RefundedElsewhere(_paid, PaymentOf("p-paid"), new Money(100, "CNY"), "refund e-2"));
        _live.Commit(Opening, new Grains.Batches.Orders.Released(
            _paid, [1], Grains.Batches.Orders.ReleaseReason.Cancelled));
        Refused(new RefundOwed(_paid, PaymentOf("p-paid"), Price, RefundReason.Cancelled));
        _live.Commit(Opening, new RefundOwed(
            _paid, PaymentOf("p-paid"), Price with { Amount = Price.Amount - 100 }, RefundReason.Cancelled));
    }

    [Fact]
    public void The_sums_of_a_batch_are_balanced_only_if_every_amount_is_in_one_place()
    {
        new MoneyBalance("alipay", "CNY", 10, 4, 3, 2, 1).IsBalanced.ShouldBeTrue();
        new MoneyBalance("alipay", "CNY", 11, 4, 3, 2, 1).IsBalanced.ShouldBeFalse();
        new MoneyBalance("alipay", "CNY", 0, 0, 0, 1, -1).IsBalanced.ShouldBeFalse();
    }

    private long PaidOrder(string user, string payment)
    {
        var order = _live.Buy(user).Order!.Seq;
        _live.Pay(order, payment).ShouldBe(CaptureResult.Sold);
        return order;
    }

    private void Refused(BatchEntry entry) => _live.Refused(entry, Opening);
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>An entry that contradicts the state is refused and changes nothing, wherever it came from.</summary>
public class InconsistentEntriesTests
{
    private const long Now = Opening;

    // A batch with units 1 to 20 and limit 5. It has five orders: held, paid, expired, cancelled with its money owed,
    // and cancelled with its money refunded. Units 18 to 20 are withdrawn, reservation 2 of alice is cancelled, and the
    // sale is paused.
    private readonly LiveBatch _live = Create(TermsOf(stock: 20, limit: 5));
    private readonly long _held;
    private readonly long _paid;
    private readonly long _expired;
    private readonly long _cancelled;

    public InconsistentEntriesTests()
    {
        _expired = _live.Buy("weibo:dora", Now, "k").Order!.Seq;
        var release = Now + 930_000;
        _live.DoDue(release);
        _held = _live.Buy("weibo:bob", release, "k").Order!.Seq;
        _live.Commit(release, new CheckoutOpened(_held, 1, SoleProvider.Name, "c"));
        _paid = _live.Buy("weibo:carl", release, quantity: 2).Order!.Seq;
        _live.Pay(_paid, "p-paid", release);
        _cancelled = _live.Buy("weibo:eve", release).Order!.Seq;
        _live.Pay(_cancelled, "p-owed", release);
        _live.Cancel(_cancelled, release);
        var refunded = _live.Buy("weibo:fred", release).Order!.Seq;
        _live.Pay(refunded, "p-back", release);
        _live.Cancel(refunded, release);
        _live.Commit(release, new RefundMade(refunded, PaymentOf("p-back"), "r", Price));
        _live.Commit(release, new ReservationCancelled(AliasOf("weibo:alice"), 2));
        _live.Operate(OperatorAction.Withdraw, "o-withdraw", 3, release);
        _live.Operate(OperatorAction.Pause, "o-pause", now: release);
    }

    [Fact]
    public void An_entry_out_of_its_place_is_refused()
    {
        var next = _live.State.LastSeq + 1;
        var at = _live.State.LastAt;
        var entry = new ResumedSale("r", Boss, CommandKey("o"));
        Refused(entry, next - 1, at);
        Refused(entry, next + 1, at);
        Refused(entry, 0, at);
        Refused(entry, next, at - 1);
        Refused(new Created(TermsOf(), Key.Hash), next, at);
        var empty = new SaleBatch();
        Should.Throw<InconsistentEntryException>(() => empty.Apply(1, at, entry)).Message.ShouldStartWith("Entry 1: ");
        StateDump.Same(StateDump.Of(empty), StateDump.Of(new SaleBatch()));
        // In its right place the entry is accepted.
        _live.State.Apply(next, at, entry);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(BatchTerms.MaxStock + 1)]
    [InlineData(int.MaxValue)]
    public void A_creation_with_an_impossible_stock_is_refused(int stock)
    {
        var empty = new SaleBatch();
        Should.Throw<InconsistentEntryException>(() => empty.Apply(1, Now, new Created(TermsOf(stock), Key.Hash)));
        StateDump.Same(StateDump.Of(empty), StateDump.Of(new SaleBatch()));
    }

    [Fact]
    public void A_hold_of_anything_but_ascending_free_units_is_refused()
    {
        RefusedHold([]);
        RefusedHold([1]);
        RefusedHold([2]);
        RefusedHold([20]);
        RefusedHold([21]);
        RefusedHold([0]);
        RefusedHold([-1]);
        RefusedHold([int.MinValue]);
        RefusedHold([int.MaxValue]);
        RefusedHold([10, 10]);
        RefusedHold([11, 10]);
        RefusedHold([10, 1]);
    }

    [Fact]
    public void A_hold_under_a_key_that_names_another_order_is_refused()
    {
        foreach (var user in new[] { "weibo:bob", "weibo:dora" }) Refused(HoldOf(user, "k"));
        // For another user the same text is another key.
        _live.State.Apply(_live.State.LastSeq + 1, _live.State.LastAt, HoldOf("weibo:gil", "k"));
    }

    [Fact]
    public void A_checkout_for_an_order_that_takes_none_is_refused()
    {
        foreach (var order in new[] { _paid, _expired, _cancelled, 1, 999 })
            Refused(new CheckoutOpened(order, 1, SoleProvider.Name, "c2"));
        // The checkout that is open already.
        Refused(new CheckoutOpened(_held, 2, SoleProvider.Name, "c"));
    }

    [Fact]
    public void A_checkout_out_of_its_number_is_refused()
    {
        foreach (var number in new[] { 0, 1, 3, -1, int.MaxValue })
            Refused(new CheckoutOpened(_held, number, SoleProvider.Name, "c2"));
        _live.Commit(_live.State.LastAt, new CheckoutOpened(_held, 2, SoleProvider.Name, "c2"));
    }

    [Fact]
    public void A_sale_without_a_live_hold_or_with_a_payment_that_is_recorded_is_refused()
    {
        foreach (var order in new[] { _paid, _expired, _cancelled, 1, 999 })
            Refused(new Sold(order, PaymentOf("p-new"), Price));
        foreach (var payment in new[] { "p-paid", "p-owed", "p-back" })
            Refused(new Sold(_held, PaymentOf(payment), Price));
        // At another provider the same text is another payment.
        _live.Commit(_live.State.LastAt, new Sold(_held, new PaymentId("other", "p-paid"), Price));
    }

    [Fact]
    public void A_release_that_is_the_second_or_expires_a_paid_order_or_frees_other_units_is_refused()
    {
        foreach (var order in new[] { _expired, _cancelled })
        {
            foreach (var why in Enum.GetValues<ReleaseReason>())
                Refused(new Released(order, _live.State.Orders.Find(order)!.Units, why));
        }
        Refused(new Released(_paid, _live.State.Orders.Find(_paid)!.Units, ReleaseReason.Expired));
        var units = _live.State.Orders.Find(_held)!.Units;
        Refused(new Released(_held, [], ReleaseReason.Expired));
        Refused(new Released(_held, [units[0] + 1], ReleaseReason.Expired));
        Refused(new Released(_held, [units[0], units[0] + 1], ReleaseReason.Cancelled));
        Refused(new Released(999, units, ReleaseReason.Expired));
    }

    [Fact]
    public void A_release_by_an_operator_without_a_reason_or_the_other_way_round_is_refused()
    {
        var units = _live.State.Orders.Find(_held)!.Units;
        Refused(new Released(_held, units, ReleaseReason.Expired, Boss, CancelReason.Other));
        Refused(new Released(_held, units, ReleaseReason.Cancelled, Boss));
        Refused(new Released(_held, units, ReleaseReason.Cancelled, null, CancelReason.Other));
        _live.Commit(_live.State.LastAt,
            new Released(_held, units, ReleaseReason.Cancelled, Boss, CancelReason.Mistake));
        _live.State.Orders.View(_live.State.Orders.Find(_held)!).Cancelled.ShouldBe(
            new Cancellation(Boss, CancelReason.Mistake));
    }

    [Fact]
    public void A_hold_under_an_impossible_reservation_is_refused()
    {
        foreach (var version in (long[])[0, -1, long.MinValue])
            Refused(HoldOf("weibo:gil", null) with { Reservation = version });
        _live.State.Apply(_live.State.LastSeq + 1, _live.State.LastAt,
            HoldOf("weibo:gil", null) with { Reservation = long.MaxValue });
    }

    [Fact]
    public void A_return_of_an_order_that_nobody_offers_back_is_refused_by_its_name()
    {
        var units = _live.State.Orders.Find(_paid)!.Units;
        Refused(HoldOf("weibo:gil", null) with { Offer = new Offer(1, _paid) }).Message.ShouldContain("a return");
        Refused(new Released(_paid, units, ReleaseReason.Returned)).Message.ShouldContain("a return");
        Refused(new RefundOwed(_paid, PaymentOf("p-paid"), Price * 2, RefundReason.Returned)).Message.ShouldContain(
            "a return");
    }

    [Fact]
    public void A_late_payment_is_refused_unless_its_order_has_expired_and_gets_as_many_free_units()
    {
        Refused(new Sold(_expired, PaymentOf("p-new"), Price, [10])).Message.ShouldContain("while nobody can buy");
        _live.Operate(OperatorAction.Resume, "o-resume", now: _live.State.LastAt);
        foreach (var order in new[] { _held, _paid, _cancelled })
            Refused(new Sold(order, PaymentOf("p-new"), Price, [10])).Message.ShouldContain("has not expired");
        foreach (var units in (int[][])[[], [10, 11]])
            Refused(new Sold(_expired, PaymentOf("p-new"), Price, units)).Message.ShouldContain("another quantity");
        foreach (var unit in new[] { 1, 18, 0, 21 }) Refused(new Sold(_expired, PaymentOf("p-new"), Price, [unit]));
        Refused(new Sold(_expired, PaymentOf("p-paid"), Price, [10]));
        _live.Commit(_live.State.LastAt, new Sold(_expired, PaymentOf("p-new"), Price, [10]));
    }

    [Fact]
    public void Money_that_is_recorded_is_not_owed_a_second_time_nor_in_another_amount()
    {
        foreach (var payment in new[] { "p-paid", "p-owed", "p-back" }) Refused(Owed(_held, payment, Price));
        foreach (var payment in new[] { "p-owed", "p-back" }) Refused(Owed(_cancelled, payment, Price));
        Refused(Owed(_paid, "p-paid", Price * 2));
        Refused(Owed(999, "p-new", Price));
        // When the order is cancelled, exactly its payment is owed.
        _live.Commit(_live.State.LastAt,
            new Released(_paid, _live.State.Orders.Find(_paid)!.Units, ReleaseReason.Cancelled));
        Refused(Owed(_paid, "p-paid", Price));
        Refused(Owed(_held, "p-paid", Price * 2));
        _live.Commit(_live.State.LastAt, Owed(_paid, "p-paid", Price * 2));
    }

    [Fact]
    public void A_refund_of_what_is_not_owed_or_of_another_amount_or_order_is_refused()
    {
        Refused(new RefundMade(_paid, PaymentOf("p-paid"), "r", Price * 2));
        Refused(new RefundMade(_cancelled, PaymentOf("p-back"), "r", Price));
        Refused(new RefundMade(_cancelled, PaymentOf("p-none"), "r", Price));
        Refused(new RefundMade(_held, PaymentOf("p-owed"), "r", Price));
        Refused(new RefundMade(_cancelled, PaymentOf("p-owed"), "r", Price * 2));
        Refused(new RefundMade(_cancelled, PaymentOf("p-owed"), "r", Price with { Currency = "USD" }));
        Refused(new RefundMade(999, PaymentOf("p-owed"), "r", Price));
        _live.Commit(_live.State.LastAt, new RefundMade(_cancelled, PaymentOf("p-owed"), "r", Price));
        Refused(new RefundMade(_cancelled, PaymentOf("p-owed"), "r", Price));
    }

    [Fact]
    public void A_cancellation_of_a_version_that_is_cancelled_already_is_refused()
    {
        Refused(new ReservationCancelled(AliasOf("weibo:alice"), 2));
        Refused(new ReservationCancelled(AliasOf("weibo:alice"), 1));
        Refused(new ReservationCancelled(AliasOf("weibo:nobody"), 0));
        Refused(new ReservationCancelled(AliasOf("weibo:nobody"), -1));
    }

    [Fact]
    public void A_restock_of_units_that_do_not_follow_the_stock_is_refused()
    {
        foreach (var (first, last) in new[]
        {
            (20, 25), (22, 25), (21, 20), (21, 0), (21, int.MinValue), (21, BatchTerms.MaxStock + 1),
                (21, int.MaxValue), (1, 5),
        })
        {
            Refused(new Restocked([new(first, last)], "r", Boss, CommandKey("o")));
        }
        Refused(new Restocked([], "r", Boss, CommandKey("o")));
        Refused(new Restocked([new(21, 22), new(23, 24)], "r", Boss, CommandKey("o")));
        Refused(new Restocked([new(21, 22)], "r", Boss, CommandKey("o-pause")));
    }

    [Fact]
    public void A_withdrawal_of_anything_but_ascending_free_units_is_refused()
    {
        foreach (var (first, last) in new[]
        {
            (1, 1), (2, 3), (18, 18), (16, 18), (21, 21), (0, 0), (-1, -1), (11, 10), (10, int.MaxValue),
        })
        {
            Refused(new Withdrawn([new(first, last)], "r", Boss, CommandKey("o")));
        }
        Refused(new Withdrawn([], "r", Boss, CommandKey("o")));
        Refused(new Withdrawn([new(12, 13), new(10, 11)], "r", Boss, CommandKey("o")));
        Refused(new Withdrawn([new(10, 12), new(12, 13)], "r", Boss, CommandKey("o")));
        Refused(new Withdrawn([new(10, 11)], "r", Boss, CommandKey("o-pause")));
    }

    [Fact]
    public void A_command_that_is_recorded_or_changes_nothing_is_refused()
    {
        Refused(new PausedSale("r", Boss, CommandKey("o")));
        Refused(new ResumedSale("r", Boss, CommandKey("o-pause")));
        Refused(new ClosedSale("r", Boss, CommandKey("o-withdraw")));
        _live.Operate(OperatorAction.Resume, "o-resume", now: _live.State.LastAt);
        Refused(new ResumedSale("r", Boss, CommandKey("o")));
        Refused(new PausedSale("r", Boss, CommandKey("o-pause")));
        _live.Operate(OperatorAction.Close, "o-close", now: _live.State.LastAt);
        Refused(new ClosedSale("r", Boss, CommandKey("o")));
    }

    private static RefundOwed Owed(long order, string payment, Money amount) =>
        new(order, PaymentOf(payment), amount, RefundReason.Duplicate);

    private Held HoldOf(string user, string? key) => LiveBatch.HoldOf(user, key, 10, _live.State.LastAt);

    private void RefusedHold(int[] units) => Refused(HoldOf("weibo:gil", null) with { Units = units });

    private InconsistentEntryException Refused(BatchEntry entry) => _live.Refused(entry, _live.State.LastAt);

    private void Refused(BatchEntry entry, long seq, long at) => _live.Refused(entry, seq, at);
}

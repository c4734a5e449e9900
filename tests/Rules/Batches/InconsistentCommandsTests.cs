using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Entries of operators about one buyer that contradict the state are refused.</summary>
public class InconsistentCommandsTests
{
    private const long Now = Opening + 930_000;

    // Units 1 to 5, limit 2. The first order has expired, the second is paid, the third awaits payment.
    private readonly LiveBatch _live = Open(TermsOf(stock: 5, limit: 2) with { StandbyLimit = 5 });
    private readonly long _expired, _paid, _held;

    public InconsistentCommandsTests()
    {
        _expired = _live.Buy("weibo:alice").Order!.Seq;
        _live.DoDue(Now);
        _paid = _live.Buy("weibo:bob", Now).Order!.Seq;
        _live.Pay(_paid, "p", Now);
        _held = _live.Buy("weibo:carl", Now).Order!.Seq;
    }

    [Fact]
    public void A_grant_or_a_revival_of_units_that_are_not_free_or_with_another_deadline_is_refused()
    {
        foreach (var units in (int[][])[[], [1], [6], [4, 3], [3, 3]])
        {
            Refused(Grant() with { Units = units });
            Refused(Revival() with { Units = units });
        }
        Refused(Revival() with { Units = [3, 4] }, "another quantity");
        Refused(Grant() with { PayBy = Now + 899_999 }, "another deadline");
        Refused(Revival() with { PayBy = Now }, "another deadline");
        _live.Commit(Now, Grant(), Revival() with { Units = [4] });
    }

    [Fact]
    public void A_grant_or_a_revival_while_nobody_can_buy_or_that_overtakes_the_line_is_refused()
    {
        Create().Refused(Grant() with { PayBy = Opening + 900_000 }, Opening)
            .Message.ShouldContain("while nobody can buy");
        _live.Commit(Now, new PausedSale("r", Boss, CommandKey("o-1")));
        foreach (var entry in (BatchEntry[])[Grant(), Revival()]) Refused(entry, "while nobody can buy");
        _live.Commit(Now, new ResumedSale("r", Boss, CommandKey("o-2")), new Grains.Batches.Line.Joined(
            1, AliasOf("weibo:dora"), 1, Grains.Batches.Line.JoinedHow.Standby, 1, null, null));
        foreach (var entry in (BatchEntry[])[Grant(), Revival()]) Refused(entry, "overtakes the line");
        _live.Commit(Now, new ClosedSale("r", Boss, CommandKey("o-3")), new EndedSale(EndCause.Operator));
        foreach (var entry in (BatchEntry[])[Grant(), Revival()]) Refused(entry, "while nobody can buy");
    }

    [Fact]
    public void A_revival_of_anything_but_an_order_that_has_expired_is_refused()
    {
        foreach (var order in new[] { _paid, _held, 1, 999 }) Refused(Revival() with { Order = order });
    }

    [Fact]
    public void A_shipment_of_an_order_that_is_not_paid_is_refused()
    {
        foreach (var order in new[] { _expired, _held, 1, 999 }) Refused(Shipment("s") with { Order = order });
        _live.Commit(Now, Shipment("s"), Shipment("s-2"));
    }

    [Fact]
    public void A_key_of_a_command_that_is_recorded_is_refused_whatever_the_command()
    {
        _live.Commit(Now, Shipment("s"));
        var key = CommandKey("s");
        Refused(Shipment("s"), "recorded already");
        Refused(Grant() with { Key = key }, "recorded already");
        Refused(Revival() with { Key = key }, "recorded already");
        Refused(new PausedSale("r", Boss, key), "recorded already");
        Refused(new Released(_held, _live.State.Orders.Find(_held)!.Units, ReleaseReason.Cancelled, Boss,
            CancelReason.Other, key), "recorded already");
        Refused(new RefundOwed(_paid, PaymentOf("p"), Price, RefundReason.Shipped, Boss, CancelReason.Other, key),
            "recorded already");
        _live.Commit(Now, Shipment("s") with { By = AliasOf("weibo:deputy") });
    }

    [Fact]
    public void The_units_of_a_shipped_order_are_never_free_again_and_it_is_refunded_once()
    {
        var refund = new RefundOwed(
            _paid, PaymentOf("p"), Price, RefundReason.Shipped, Boss, CancelReason.Other, CommandKey("f"));
        Refused(refund, "not paid and shipped");
        _live.Commit(Now, Shipment("s"));
        Refused(new Released(_paid, _live.State.Orders.Find(_paid)!.Units, ReleaseReason.Cancelled), "is shipped");
        Refused(refund with { Payment = PaymentOf("other") });
        Refused(refund with { Amount = Price * 2 });
        Refused(refund with { By = null });
        Refused(refund with { Reason = null });
        Refused(refund with { Key = null });
        Refused(refund with { Why = RefundReason.Duplicate });
        _live.Commit(Now, refund);
        Refused(refund with { Key = CommandKey("f-2") });
        Refused(Shipment("s-2"));
        Refused(new Released(_paid, _live.State.Orders.Find(_paid)!.Units, ReleaseReason.Cancelled));
    }

    [Fact]
    public void A_release_with_a_key_and_without_an_operator_is_refused() =>
        Refused(new Released(_held, _live.State.Orders.Find(_held)!.Units, ReleaseReason.Cancelled, null, null,
            CommandKey("c")), "a key without an operator");

    private static Granted Grant() =>
        new(AliasOf("weibo:eve"), [3], Now + 900_000, CancelReason.Other, Boss, CommandKey("g"));

    private Revived Revival() => new(_expired, [3], Now + 900_000, CancelReason.Mistake, Boss, CommandKey("r"));

    private Shipped Shipment(string key) => new(_paid, CancelReason.Unstated, Boss, CommandKey(key));

    private void Refused(BatchEntry entry, string why = "") => _live.Refused(entry, Now).Message.ShouldContain(why);
}

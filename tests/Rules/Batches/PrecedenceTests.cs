using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// Of several reasons to refuse a purchase the lowest number is told; a repeat is answered before 6 and after 5.
/// </summary>
public class PrecedenceTests
{
    private const string Alice = "weibo:alice";
    private const string Filler = "weibo:filler";

    // The reasons that the batch itself can give. Each is made true alone.
    private static readonly Refusal[] Reasons =
    [
        Refusal.InvalidRequest, Refusal.NotFound, Refusal.TicketInvalid, Refusal.SaleClosed, Refusal.SaleNotOpen,
        Refusal.Paused, Refusal.LimitReached, Refusal.SoldOut, Refusal.NotReserved,
    ];

    public static TheoryData<Refusal, Refusal> Pairs
    {
        get
        {
            var pairs = new TheoryData<Refusal, Refusal>();
            foreach (var first in Reasons)
            {
                foreach (var second in Reasons.Where(second => second >= first && !Excludes(first, second)))
                    pairs.Add(first, second);
            }
            return pairs;
        }
    }

    public static TheoryData<Refusal> AfterARepeat => [.. Reasons.Where(reason => reason > Refusal.TicketInvalid)];

    [Theory, MemberData(nameof(Pairs))]
    public void Of_two_reasons_the_lower_number_is_told(Refusal first, Refusal second) =>
        Refuse(first, second).ShouldBe(first);

    [Fact]
    public void Of_all_reasons_that_can_hold_at_once_the_lowest_number_is_told()
    {
        var reasons = Reasons.Except([Refusal.NotFound, Refusal.NotReserved]).ToList();
        while (reasons is [var first, ..])
        {
            Refuse([.. reasons]).ShouldBe(first);
            reasons.RemoveAt(0);
        }
    }

    [Theory, MemberData(nameof(AfterARepeat))]
    public void A_repeat_is_answered_before_every_refusal_after_it(Refusal reason)
    {
        foreach (var key in new[] { null, "k" })
        {
            var live = LiveBatch.Create(LiveBatch.TermsOf(stock: 3, limit: 1));
            var made = live.Buy(Alice, key: key);
            made.Repeated.ShouldBeFalse();
            var again = live.Buy(Alice, Arrange(live, reason), key, reservation: reason == Refusal.NotReserved ? 0 : 1);
            again.Repeated.ShouldBeTrue();
            again.Order!.Seq.ShouldBe(made.Order!.Seq);
        }
    }

    [Fact]
    public void A_repeat_is_answered_when_everything_after_it_holds_at_once()
    {
        var live = LiveBatch.Create(LiveBatch.TermsOf(stock: 3, limit: 1));
        var made = live.Buy(Alice, key: "k");
        live.Buy(Filler + "1");
        live.Buy(Filler + "2");
        live.Operate(OperatorAction.Pause, "o1");
        live.Operate(OperatorAction.Close, "o2");
        var again = live.Buy(Alice, LiveBatch.Opening + 3_600_000, "k", reservation: 0, byTicket: false);
        (again.Repeated, again.Order?.Seq).ShouldBe((true, made.Order!.Seq));
    }

    [Fact]
    public void A_cancelled_ticket_is_told_before_a_repeat_and_a_cancelled_reservation_is_not()
    {
        var live = LiveBatch.Create();
        var made = live.Buy(Alice, key: "k");
        live.Cancel(made.Order!.Seq);
        live.Commit(LiveBatch.Opening,
            HoldRules.DecideReservationCancelled(live.State, LiveBatch.AliasOf(Alice), 1).Entries);

        live.Buy(Alice, key: "k", byTicket: true).Refused.ShouldBe(Refusal.TicketInvalid);
        live.Buy(Alice, key: "k", byTicket: false).Order!.Seq.ShouldBe(made.Order.Seq);
        live.Buy(Alice, byTicket: false).Refused.ShouldBe(Refusal.NotReserved);
        live.Buy(Alice, reservation: 2).Order.ShouldNotBeNull();
    }

    [Fact]
    public void A_key_names_its_order_for_ever_also_when_it_was_cancelled_or_has_expired()
    {
        var live = LiveBatch.Create(LiveBatch.TermsOf(limit: 2));
        var cancelled = live.Buy(Alice, key: "k1").Order!.Seq;
        live.Cancel(cancelled);
        var expired = live.Buy(Alice, key: "k2").Order!.Seq;
        live.DoDue(LiveBatch.Opening + 930_000);
        var now = LiveBatch.Opening + 930_000;

        live.Buy(Alice, now, "k1").Order!.Seq.ShouldBe(cancelled);
        live.Buy(Alice, now, "k2").Order!.Seq.ShouldBe(expired);
        live.Buy(Alice, now, "k1", quantity: 2).Refused.ShouldBe(Refusal.Conflict);
        // For another user the key is another one, and without a key there is no live order. So it makes a new order.
        live.Buy("weibo:bob", now, "k1").Repeated.ShouldBeFalse();
        live.Buy(Alice, now).Repeated.ShouldBeFalse();
    }

    [Fact]
    public void A_refusal_binds_no_key()
    {
        var live = LiveBatch.Create();
        live.Buy(Alice, LiveBatch.Opening - 1, "k").Refused.ShouldBe(Refusal.SaleNotOpen);
        live.Buy(Alice, key: "k", quantity: 2).Refused.ShouldBe(Refusal.LimitReached);
        live.Buy(Alice, key: "k").Order.ShouldNotBeNull();
    }

    [Fact]
    public void Without_a_key_the_newest_live_order_is_the_answer_whatever_the_quantity()
    {
        var live = LiveBatch.Create(LiveBatch.TermsOf(limit: 3));
        live.Buy(Alice, key: "k1");
        var newest = live.Buy(Alice, key: "k2").Order!.Seq;
        live.Buy(Alice).Order!.Seq.ShouldBe(newest);
        live.Buy(Alice, quantity: 2).Order!.Seq.ShouldBe(newest);
    }

    [Fact]
    public void After_ten_ended_orders_a_user_makes_no_more()
    {
        var live = LiveBatch.Create();
        for (var i = 0; i < BatchTerms.MaxEndedOrders; i++) live.Cancel(live.Buy(Alice).Order!.Seq);
        live.Buy(Alice).ShouldBe(PurchaseOutcome.Over(UserLimit.EndedOrders));
        live.Buy(Alice, quantity: 2).ShouldBe(PurchaseOutcome.Over(UserLimit.Units));
        live.Buy("weibo:bob").Order.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_quantity_of_nothing_is_an_invalid_request(int quantity) =>
        LiveBatch.Create().Buy(Alice, quantity: quantity).Refused.ShouldBe(Refusal.InvalidRequest);

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_version_below_one_is_no_reservation(long version) =>
        LiveBatch.Create().Buy(Alice, reservation: version).Refused.ShouldBe(Refusal.NotReserved);

    [Fact]
    public void Huge_quantities_are_over_the_limit() =>
        LiveBatch.Create().Buy(Alice, quantity: int.MaxValue).Refused.ShouldBe(Refusal.LimitReached);

    // A batch that was never created knows no user. And only a ticket that was given out can be cancelled.
    private static bool Excludes(Refusal first, Refusal second) =>
        (first == Refusal.NotFound && second != Refusal.NotFound)
        || (second == Refusal.NotFound && first != Refusal.InvalidRequest)
        || (first == Refusal.TicketInvalid && second == Refusal.NotReserved);

    private static Refusal? Refuse(params Refusal[] reasons)
    {
        var live = reasons.Contains(Refusal.NotFound)
            ? new LiveBatch() : LiveBatch.Create(LiveBatch.TermsOf(stock: 3, limit: 1));
        var now = LiveBatch.Opening;
        // SaleNotOpen comes last: the other reasons are arranged during the sale, and it sets the instant before the
        // opening.
        foreach (var reason in reasons.OrderBy(reason => reason == Refusal.SaleNotOpen))
            now = reason == Refusal.SaleNotOpen ? LiveBatch.Opening - 1 : Math.Max(now, Arrange(live, reason));
        var quantity = reasons.Contains(Refusal.InvalidRequest) ? 0 : reasons.Contains(Refusal.LimitReached) ? 2 : 1;
        var request = new PurchaseRequest(
            LiveBatch.AliasOf(Alice), LiveBatch.HashOf(Alice, "new"), quantity,
            reasons.Contains(Refusal.NotReserved) ? 0 : 1, ByTicket: true);
        return PurchaseRules.Decide(live.State, request, now).Outcome.Refused;
    }

    // Makes the reason hold for Alice, and returns the instant to ask at.
    private static long Arrange(LiveBatch live, Refusal reason)
    {
        switch (reason)
        {
            case Refusal.TicketInvalid:
                live.Commit(LiveBatch.Opening,
                    HoldRules.DecideReservationCancelled(live.State, LiveBatch.AliasOf(Alice), 1).Entries);
                return LiveBatch.Opening;
            case Refusal.SaleClosed:
                live.Operate(OperatorAction.Close, "close");
                return LiveBatch.Opening;
            case Refusal.SaleNotOpen:
                return LiveBatch.Opening - 1;
            case Refusal.Paused:
                live.Operate(OperatorAction.Pause, "pause");
                return LiveBatch.Opening;
            case Refusal.SoldOut:
                live.Operate(OperatorAction.Withdraw, "withdraw", live.State.Stock.Free.Count);
                return LiveBatch.Opening;
            default:
                return LiveBatch.Opening;
        }
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>More time for all who have not paid.</summary>
public class ExtensionTests
{
    private const long Window = 900_000;

    [Fact]
    public void An_extension_gives_every_unpaid_hold_the_same_time_and_no_other_order_any()
    {
        var live = Open();
        var paid = live.Buy("weibo:paid").Order!.Seq;
        live.Pay(paid, "p");
        var cancelled = live.Buy("weibo:cancelled").Order!.Seq;
        live.Cancel(cancelled);
        var first = live.Buy("weibo:first").Order!.Seq;
        var second = live.Buy("weibo:second", Opening + 5).Order!.Seq;

        live.Extend(600, now: Opening + 10).ShouldBe(Effect.Done);
        foreach (var (order, payBy) in new[]
        {
            (paid, Opening + Window), (cancelled, Opening + Window), (first, Opening + Window + 600_000),
            (second, Opening + Window + 600_005),
        })
        {
            live.State.Orders.Find(order)!.PayBy.ShouldBe(payBy);
            live.State.Orders.Find(order)!.HeldAt.ShouldBe(order == second ? Opening + 5 : Opening);
        }
        live.State.Touches[^1].ShouldBe(BoardUpdate.Everybody, "whoever watches is told");
        // A later hold has the terms' window, and ends before those that were extended.
        var later = live.Buy("weibo:later", Opening + 20).Order!;
        later.PayBy.ShouldBe(Instant(Opening + 20 + Window));
        live.State.Orders.NextDeadline()!.Seq.ShouldBe(later.Seq);
        live.DoDue(Opening + 20 + Window + Grace);
        live.State.Orders.Find(later.Seq)!.IsLive.ShouldBeFalse();
        live.State.Orders.Find(first)!.IsLive.ShouldBeTrue();
        live.DoDue(Opening + Window + 600_000 + Grace);
        live.State.Orders.NextDeadline()!.Seq.ShouldBe(second);
        StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));
    }

    [Fact]
    public void A_hold_whose_grace_lasts_can_be_paid_again_and_one_that_was_released_cannot()
    {
        var live = Open();
        var released = live.Buy("weibo:released").Order!.Seq;
        var late = live.Buy("weibo:late", Opening + 1_000).Order!.Seq;
        var now = Opening + Window + Grace;
        live.Extend(60, now: now).ShouldBe(Effect.Done);
        live.State.Orders.Find(released)!.IsLive.ShouldBeFalse();
        PaymentRules.MayCheckOut(live.State, released, now).ShouldBe(Refusal.OrderNotPayable);
        PaymentRules.MayCheckOut(live.State, late, now).ShouldBeNull();
        PaymentRules.MayCheckOut(live.State, late, Opening + 1_000 + Window + 60_000)
            .ShouldBe(Refusal.OrderNotPayable);
    }

    [Fact]
    public void Holds_may_be_extended_while_the_sale_is_paused_and_after_it_has_ended()
    {
        var live = Open();
        var order = live.Buy("weibo:a").Order!.Seq;
        live.Operate(OperatorAction.Pause, "p");
        live.Extend(1, "e1").ShouldBe(Effect.Done);
        live.Operate(OperatorAction.Close, "c");
        live.Extend(1, "e2").ShouldBe(Effect.Done);
        live.State.Orders.Find(order)!.PayBy.ShouldBe(Opening + Window + 2_000);
    }

    [Fact]
    public void Without_an_unpaid_hold_nothing_is_written_and_the_key_binds_nothing()
    {
        var live = Open();
        live.Extend(60).ShouldBe(Effect.AlreadySo);
        live.State.Directing.Commands.ShouldBeEmpty();
        live.Buy("weibo:a");
        live.Extend(60).ShouldBe(Effect.Done);
        live.Extend(60).ShouldBe(Effect.AlreadySo, "a repeat");
        live.Extend(61).Refused.ShouldBe(Refusal.Conflict);
        live.Operate(OperatorAction.Pause, "extend").Refused.ShouldBe(Refusal.Conflict);
        live.State.Orders.All[0].PayBy.ShouldBe(Opening + Window + 60_000);
    }

    [Theory]
    [InlineData(0), InlineData(-1), InlineData(OperatorCommand.MaxExtensionSeconds + 1), InlineData(int.MaxValue)]
    public void An_extension_out_of_its_range_is_an_invalid_request(int seconds)
    {
        var live = Open();
        live.Buy("weibo:a");
        var answer = live.Extend(seconds);
        (answer.Refused, answer.Detail).ShouldBe((Refusal.InvalidRequest, "seconds"));
        live.Refused(new Extended(seconds, "r", Boss, CommandKey("o")), Opening);
    }

    [Fact]
    public void No_hold_lasts_longer_than_a_week()
    {
        var live = Open();
        var order = live.Buy("weibo:a").Order!;
        for (var day = 1; day <= 6; day++) live.Extend(86_400, $"{day}").ShouldBe(Effect.Done);
        live.Extend(86_400 - 899, "over").Refused.ShouldBe(Refusal.Conflict);
        live.Refused(new Extended(86_400 - 899, "r", Boss, CommandKey("o")), Opening);
        live.Extend(86_400 - 900, "up to it").ShouldBe(Effect.Done);
        live.Extend(1, "one more").Refused.ShouldBe(Refusal.Conflict);
        live.State.Orders.View(live.State.Orders.Find(order.Seq)!).PayBy.ShouldBe(order.HeldAt.AddDays(7));
        live.State.Orders.Find(order.Seq)!.HeldAt.ShouldBe(Opening);
    }

    [Fact]
    public void An_extension_of_no_hold_is_no_entry() =>
        Open().Refused(new Extended(1, "r", Boss, CommandKey("o")), Opening);

    [Fact]
    public void Offers_are_extended_too_and_their_places_keep_waiting_for_the_buyer()
    {
        var live = Open(TermsOf(stock: 1) with { OfferWindowSeconds = 60 });
        var first = live.Buy("weibo:a").Order!.Seq;
        live.Buy("weibo:b", standby: true);
        live.Cancel(first);
        live.DoDue(Opening);
        var offer = live.State.Orders.All[^1];
        live.Extend(30).ShouldBe(Effect.Done);
        offer.PayBy.ShouldBe(Opening + 90_000);
        live.DoDue(Opening + 60_000 + Grace);
        offer.IsLive.ShouldBeTrue();
        live.Pay(offer.Seq, "p", Opening + 90_000).ShouldBe(CaptureResult.Sold);
    }
}

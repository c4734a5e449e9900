using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Messages;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>Buyers are told of refunds, and nobody else is.</summary>
public sealed class MessageTests : MessageSale
{
    [Fact]
    public async Task A_buyer_is_told_that_and_why_money_goes_back_and_then_that_it_has()
    {
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await UntilSentAsync(batch, 2);
        await UntilIdleAsync(batch);
        var messages = Sale.Posts.MessagesOf(batch.Id);
        messages.Select(message => message.Content.Kind).ShouldBe([MessageKind.Refund, MessageKind.Refunded]);
        messages.Select(message => message.Content.Why).ShouldBe([RefundCause.Cancelled, null]);
        foreach (var message in messages)
        {
            (message.Channel, message.Subject).ShouldBe(("weibo", "alice"));
            (message.Content.Order, message.Content.Amount, message.Content.Product)
                .ShouldBe((order.Id, order.Amount, batch.Terms.Product.Name));
        }
        (await ActorOf(batch).ListAsync()).ShouldBeEmpty("the channel has them");
    }

    [Fact]
    public async Task Nobody_is_told_on_a_channel_that_takes_no_messages_and_no_actor_is_called()
    {
        Sale.Posts.Places["weibo"] = Hook with { TakesMessages = false };
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await Sale.UntilAsync(
            async () => await batch.StatusAsync(order) == OrderStatus.Refunded, "it is paid back");
        await Sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        Sale.Posts.Messages.ShouldBeEmpty();
        Sale.PlaceOf(ActorOf(batch)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_two_channels_only_the_one_that_takes_messages_gets_them()
    {
        Sale.Posts.Places["web-2"] = new("https://api.weibo.com", IsRepeatHarmless: false);
        var batch = await Sale.CreateBatchAsync(opensIn: TenMinutes);
        var (there, elsewhere) = (batch.Buyer("weibo:alice"), batch.Buyer("web-2:bob"));
        foreach (var buyer in (Buyer[])[there, elsewhere]) await buyer.ReserveAsync();
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        foreach (var buyer in (Buyer[])[elsewhere, there])
        {
            var order = await buyer.BuyAsync();
            await buyer.PayAsync(order);
            await buyer.CancelAsync(order);
        }
        await UntilSentAsync(batch, 2);
        await UntilIdleAsync(batch);
        Sale.Posts.Messages.Select(message => message.Subject).Distinct().ShouldBe(["alice"]);
    }

    [Fact]
    public async Task The_stored_document_names_no_user()
    {
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.TryLater, "answered 500"));
        var (batch, buyer, order) = await PaidAsync("weibo:alice-of-the-tests");
        await buyer.CancelAsync(order);
        await UntilSentAsync(batch, 2);
        var stored = System.Text.Json.JsonSerializer.Serialize(
            Sale.Documents.Find<MessageBook>("messages", batch.Id).ShouldNotBeNull());
        stored.ShouldContain(buyer.Alias.ToString());
        stored.ShouldNotContain("alice");
    }

    [Fact]
    public async Task An_offer_that_was_paid_before_it_could_be_told_is_told_no_more()
    {
        var (batch, next, offer) = await OfferInVainAsync();
        (await next.PayAsync(offer)).ShouldBe(CaptureResult.Sold);
        var sent = Sale.Posts.MessagesOf(batch.Id).Count;
        await UntilIdleAsync(batch);
        Sale.Posts.MessagesOf(batch.Id).Count.ShouldBe(sent);
        Sale.Posts.Messages.ShouldAllBe(
            message => message.Content.Kind == MessageKind.Offer && message.Subject == "bob");
    }

    [Theory]
    [InlineData(60)]
    [InlineData(890)]
    public async Task An_offer_whose_deadline_was_extended_is_told_after_the_old_one_too(int extendedAfter)
    {
        var (batch, _, offer) = await OfferInVainAsync();

        // The channel comes back after the first deadline. By then it is tried every half an hour.
        await PassAsync(offer.HeldAt.AddSeconds(extendedAfter));
        (await batch.Actor.OperateAsync(batch.CommandOf(OperatorAction.Extend, "e") with { Seconds = 7_200 }))
            .Value.ShouldBe(Effect.Done);
        await PassAsync(offer.PayBy.AddSeconds(30));
        var tries = Sale.Posts.MessagesOf(batch.Id).Count;
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        await PassAsync(offer.PayBy.AddHours(1));
        await UntilIdleAsync(batch);
        Sale.Posts.MessagesOf(batch.Id).Skip(tries).ShouldHaveSingleItem().Content.PayBy
            .ShouldBe(offer.PayBy.AddHours(2));
    }

    // An offer to bob, which the channel does not take for now.
    private async Task<(TestBatch Batch, Buyer Next, OrderView Offer)> OfferInVainAsync()
    {
        var batch = await Sale.CreateBatchAsync(stock: 1, opensIn: TenMinutes);
        var (holder, next) = (batch.Buyer("weibo:alice"), batch.Buyer("weibo:bob"));
        await holder.ReserveAsync();
        await next.ReserveAsync();
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        var held = await holder.BuyAsync();
        await batch.StandByAsync(next.User);
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.TryLater, "answered 500"));
        await holder.CancelAsync(held);
        await UntilSentAsync(batch, 1);
        var offer = (await batch.Actor.ListOrdersOfAsync(next.Alias)).Orders.ShouldHaveSingleItem();
        return (batch, next, offer);
    }

    // Small steps, so that what is due is done about when it is.
    private async Task PassAsync(DateTimeOffset until)
    {
        while (Sale.Clock.Now < until) await Sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_does_not_arrive_is_a_fault_is_listed_and_is_tried_again_under_the_same_id()
    {
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.TryLater, "answered 500"));
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await UntilSentAsync(batch, 3);
        await Sale.UntilAsync(
            async () => (await ActorOf(batch).ListFaultsAsync()).Length > 0, "it is told to operators");
        var fault = (await ActorOf(batch).ListFaultsAsync()).ShouldHaveSingleItem();
        (fault.Kind, fault.Batch).ShouldBe((FaultKind.MessageFailing, batch.Id));
        fault.Detail.ShouldContain("do not arrive on weibo: 1 to be tried again. Last: answered 500.");
        (await Index.ListTroubledAsync()).ShouldBe([batch.Id]);
        var listed = await ActorOf(batch).ListAsync();
        listed.Select(message => message.Kind).ShouldBe([MessageKind.Refund, MessageKind.Refunded]);
        listed[0].Delivery.LastError.ShouldBe("answered 500");
        listed[1].Delivery.Tries.ShouldBe(0, "it comes after the first about its order");

        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        (await ActorOf(batch).RetryAsync(listed[0].Seq, "k")).Refused.ShouldBeNull();
        await UntilIdleAsync(batch);
        Sale.Posts.Messages.GroupBy(message => message.MessageId).Count().ShouldBe(2);
        (await ActorOf(batch).ListFaultsAsync()).ShouldBeEmpty();
        (await Index.ListTroubledAsync()).ShouldBeEmpty();
        (await ActorOf(batch).RetryAsync(listed[0].Seq, "k")).Refused.ShouldBeNull("it is the same retry");
    }

    [Fact]
    public async Task A_user_who_was_erased_is_sent_nothing_more_and_nothing_hangs()
    {
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.TryLater, "answered 500"));
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await Sale.UntilAsync(
            async () => await batch.StatusAsync(order) == OrderStatus.Refunded, "it is paid back");
        await UntilSentAsync(batch, 1);
        await Sale.UntilAsync(async () => (await buyer.Reservation.EraseAsync()).Refused is null, "it is erased");
        var sent = Sale.Posts.Messages.Count;
        await UntilIdleAsync(batch);
        Sale.Posts.Messages.Count.ShouldBeLessThanOrEqualTo(sent + 1, "one was on its way");
        (await ActorOf(batch).ListAsync()).Select(message => message.Delivery.State)
            .ShouldAllBe(state => state == DeliveryState.Undeliverable);
        (await ActorOf(batch).ListFaultsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task While_a_hundred_wait_the_next_ones_stay_in_the_ledger_and_are_sent_later()
    {
        const int Buyers = (MessageBook.MaxWaiting / 2) + 5;
        var isDown = true;
        Sale.Posts.AnswerMessage = _ => Task.FromResult(isDown
            ? new PostResult(PostOutcome.TryLater, "answered 500") : new PostResult(PostOutcome.Delivered));
        var batch = await Sale.CreateBatchAsync(stock: Buyers, opensIn: TenMinutes);
        var buyers = Enumerable.Range(0, Buyers).Select(number => batch.Buyer($"weibo:u{number}")).ToList();
        foreach (var buyer in buyers) await buyer.ReserveAsync();
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        foreach (var buyer in buyers)
        {
            var order = await buyer.BuyAsync();
            await buyer.PayAsync(order);
            await buyer.CancelAsync(order);
        }
        await Sale.UntilAsync(
            async () => (await ActorOf(batch).ListAsync()).Length == MessageBook.MaxWaiting, "all that can wait do");
        await Sale.UntilAsync(async () => await RefundedAsync(batch, Buyers), "all are paid back");
        (await ActorOf(batch).ListAsync()).Length.ShouldBe(MessageBook.MaxWaiting);
        isDown = false;
        await UntilIdleAsync(batch);
        var sent = Sale.Posts.Messages.DistinctBy(message => message.MessageId).ToList();
        sent.Count.ShouldBe(2 * Buyers);
        foreach (var ofOrder in sent.GroupBy(message => message.Content.Order))
        {
            ofOrder.Select(message => message.Content.Kind).ShouldBe([MessageKind.Refund, MessageKind.Refunded]);
        }
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>Buyers are told what operators hold for them.</summary>
public sealed class OperatorMessageTests : MessageSale
{
    [Fact]
    public async Task Who_gets_a_grant_is_told_with_the_deadline_even_if_they_never_reserved()
    {
        var batch = await Sale.CreateBatchAsync();
        var alias = batch.AliasOf("weibo:alice");
        (await Sale.Actors.GetGrain<GrainInterfaces.Reservations.IReservationGrain>(
            GrainInterfaces.Reservations.IReservationGrain.KeyOf(batch.Id, alias))
            .ReserveForGrantAsync("weibo:alice")).Value!.Created.ShouldBeTrue("at any time");
        var by = batch.AliasOf(TestBatch.Operator);
        var granted = (await batch.Actor.CommandAsync(BuyerCommand.Grant(
            alias, 1, CancelReason.Mistake, by, batch.Key.HashOf(by, "g")))).Value!.Order!;
        await UntilSentAsync(batch, 1);
        await UntilIdleAsync(batch);
        var message = Sale.Posts.MessagesOf(batch.Id).Single();
        (message.Channel, message.Subject).ShouldBe(("weibo", "alice"));
        (message.Content.Kind, message.Content.Order, message.Content.PayBy)
            .ShouldBe((MessageKind.Grant, granted.Id, granted.PayBy));
    }

    [Fact]
    public async Task The_buyer_of_a_revived_order_is_told_the_new_deadline()
    {
        var batch = await Sale.CreateBatchAsync(opensIn: TenMinutes);
        var buyer = batch.Buyer("weibo:alice");
        await buyer.ReserveAsync();
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        var order = await buyer.BuyAsync();
        await Sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));
        var by = batch.AliasOf(TestBatch.Operator);
        var revived = (await batch.Actor.CommandAsync(BuyerCommand.OnOrder(
            BuyerAction.Revive, order.Seq, CancelReason.BuyerRequest, by, batch.Key.HashOf(by, "r")))).Value!.Order!;
        await UntilSentAsync(batch, 1);
        await UntilIdleAsync(batch);
        var message = Sale.Posts.MessagesOf(batch.Id).Single();
        (message.Content.Kind, message.Content.Order, message.Content.PayBy)
            .ShouldBe((MessageKind.Revival, order.Id, revived.PayBy));
        revived.PayBy.ShouldBeGreaterThan(order.PayBy);
    }

    [Fact]
    public async Task A_message_that_is_sent_after_an_extension_tells_the_new_deadline()
    {
        var batch = await Sale.CreateBatchAsync();
        var tried = 0;
        Sale.Posts.AnswerMessage = _ =>
        {
            Interlocked.Increment(ref tried);
            return Task.FromResult(new PostResult(PostOutcome.TryLater, "down"));
        };
        var by = batch.AliasOf(TestBatch.Operator);
        var alias = batch.AliasOf("weibo:alice");
        (await Sale.Actors.GetGrain<GrainInterfaces.Reservations.IReservationGrain>(
            GrainInterfaces.Reservations.IReservationGrain.KeyOf(batch.Id, alias))
            .ReserveForGrantAsync("weibo:alice")).Value!.Created.ShouldBeTrue();
        var granted = (await batch.Actor.CommandAsync(BuyerCommand.Grant(
            alias, 1, CancelReason.Mistake, by, batch.Key.HashOf(by, "g")))).Value!.Order!;
        await Sale.UntilAsync(() => Task.FromResult(Volatile.Read(ref tried) > 0), "it is tried");
        (await batch.Actor.OperateAsync(batch.CommandOf(OperatorAction.Extend, "e") with { Seconds = 600 }))
            .Value.ShouldBe(Effect.Done);
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        await UntilIdleAsync(batch);
        Sale.Posts.MessagesOf(batch.Id)[^1].Content.PayBy.ShouldBe(granted.PayBy.AddSeconds(600));
    }
}

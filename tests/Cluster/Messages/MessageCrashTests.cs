using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Messages;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>Buyers are told of refunds whatever is cut off, killed, damaged or set back.</summary>
public sealed class MessageCrashTests : MessageSale
{
    // Every write of the document and of the index fails once, before and after it is stored.
    public static MatrixTheoryData<int, bool> Cuts => new([1, 2, 3, 4, 5, 6], [true, false]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Cut_off_anywhere_every_message_arrives_and_a_repeat_has_the_same_id(int write, bool isStored)
    {
        var writes = 0;
        Sale.Documents.OnChange = (change, stored) =>
        {
            if (change.Contains("message", StringComparison.Ordinal) && stored == isStored && ++writes == write)
                throw new IOException("A test cut this off.");
        };
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await Sale.UntilAsync(
            () => Task.FromResult(Sale.Posts.Messages.DistinctBy(message => message.MessageId).Count() >= 2),
            "both are sent");
        await UntilIdleAsync(batch);
        writes.ShouldBeGreaterThanOrEqualTo(Math.Min(write, 4), "it was cut off");
        Sale.Posts.Messages.DistinctBy(message => message.MessageId).Select(message => message.Content.Kind)
            .ShouldBe([MessageKind.Refund, MessageKind.Refunded]);
    }

    [Fact]
    public async Task A_silo_that_dies_while_it_sends_sends_again_under_the_same_id()
    {
        var (arrived, never) = (new TaskCompletionSource(), new TaskCompletionSource<PostResult>());
        Sale.Posts.AnswerMessage = _ =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await Sale.UntilAsync(() => Task.FromResult(arrived.Task.IsCompleted), "it is being sent");
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        await Sale.KillSiloAsync();
        await Sale.UntilAsync(() => Task.FromResult(Sale.Posts.Messages.Count >= 3), "all are sent");
        Sale.Posts.Messages.Select(message => message.MessageId).Take(2).Distinct().ShouldHaveSingleItem();
        Sale.Posts.Messages.DistinctBy(message => message.MessageId).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_silo_that_dies_before_the_news_were_handed_over_loses_nothing()
    {
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        // The payment is owed back by a commit that is durable, and no tick has come since.
        Sale.Payments.FallSilent();
        await buyer.CancelAsync(order);
        await Sale.KillSiloAsync();
        Sale.Payments.Recover();
        await Sale.UntilAsync(() => Task.FromResult(Sale.Posts.Messages.Count >= 2), "both are sent");
        Sale.Posts.Messages.Select(message => message.Content.Kind)
            .ShouldBe([MessageKind.Refund, MessageKind.Refunded]);
    }

    [Fact]
    public async Task A_damaged_document_is_told_and_never_replaced_and_its_batch_goes_on()
    {
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.TryLater, "answered 500"));
        var (batch, buyer, order) = await PaidAsync("weibo:alice");
        await buyer.CancelAsync(order);
        await UntilSentAsync(batch, 1);
        var cursor = Sale.Documents.Find<MessageBook>("messages", batch.Id)!.Cursor;
        await Sale.DeactivateAsync(ActorOf(batch));
        Sale.Documents.Damage("messages", batch.Id);
        await Should.ThrowAsync<StorageDamagedException>(ActorOf(batch).ListAsync);
        await ActorOf(batch).NoteNewsAsync(cursor + 1);
        Sale.Documents.Find<MessageBook>("messages", batch.Id)!.Cursor.ShouldBe(cursor);
        (await batch.OrderAsync("weibo:bob")).Status.ShouldBe(OrderStatus.AwaitingPayment);
        Sale.Log.With($"messages of batch {batch.Id} cannot be read").Count.ShouldBe(1);
    }

    [Fact]
    public async Task On_an_older_ledger_that_was_restored_the_next_buyers_are_told()
    {
        var (batch, alice, order) = await PaidAsync("weibo:alice");
        await batch.Buyer("weibo:bob").Reservation.ReserveAsync(OpenNow);
        var stream = Streams.OfBatch(batch.Id);
        var commits = 0;
        Sale.Stored.Tamper(stream, all => all[..(commits = all.Length)]);
        await alice.CancelAsync(order);
        await UntilSentAsync(batch, 2);
        await UntilIdleAsync(batch);
        foreach (var actor in (IAddressable[])[ActorOf(batch), batch.Actor]) await Sale.DeactivateAsync(actor);
        Sale.Stored.Tamper(stream, all => all[..commits]);
        await Sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));

        // Under the sequences of the entries that are lost.
        var other = await batch.OrderAsync("weibo:bob");
        await batch.PayAsync(other, "p-bob");
        await batch.CancelAsync(other);
        await UntilSentAsync(batch, 4);
        var messages = Sale.Posts.MessagesOf(batch.Id);
        messages.Select(message => message.Subject).ShouldBe(["alice", "alice", "bob", "bob"]);
        messages.Select(message => message.MessageId).Distinct().Count().ShouldBe(4);
    }
}

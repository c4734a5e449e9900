using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.Grains.Messages;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>A channel that takes nothing, beside one that works.</summary>
public sealed class DeadChannelTests : MessageSale
{
    private const string Dead = "web-2";

    private readonly TaskCompletionSource<PostResult> _silence = new();

    [Fact]
    public async Task Buyers_of_one_channel_are_told_however_many_messages_wait_for_another_one()
    {
        const int Buyers = (MessageBook.MaxWaiting / 2) + 5;
        var isDown = true;
        Sale.Posts.AnswerMessage = message => Task.FromResult(message.Channel == Dead && isDown
            ? new PostResult(PostOutcome.TryLater, "answered 500") : new PostResult(PostOutcome.Delivered));
        var (batch, alice) = await OpenAsync(Buyers);
        await Sale.UntilAsync(
            async () => (await ActorOf(batch).ListAsync()).Length == MessageBook.MaxWaiting, "all that can wait do");
        await CancelPaidAsync(alice);
        await Sale.UntilAsync(() => Task.FromResult(ToldOn("weibo") == 2), "the buyer of the other channel is told");
        (await ActorOf(batch).ListAsync()).Length.ShouldBe(MessageBook.MaxWaiting);
        isDown = false;
        await UntilIdleAsync(batch);
        ToldOn(Dead).ShouldBe(2 * Buyers);
        ToldOn("weibo").ShouldBe(2);
    }

    [Fact]
    public async Task Buyers_of_one_channel_are_told_while_another_one_does_not_answer()
    {
        const int Buyers = MessageBook.MaxTries + 1;
        Sale.Posts.AnswerMessage = message => message.Channel == Dead
            ? _silence.Task : Task.FromResult(new PostResult(PostOutcome.Delivered));
        var (batch, alice) = await OpenAsync(Buyers);
        await Sale.UntilAsync(
            () => Task.FromResult(ToldOn(Dead) == MessageBook.MaxTries), "all that can be under way are");
        await CancelPaidAsync(alice);
        await Sale.UntilAsync(() => Task.FromResult(ToldOn("weibo") == 2), "the buyer of the other channel is told");
        ToldOn(Dead).ShouldBe(MessageBook.MaxTries);
        _silence.SetResult(new PostResult(PostOutcome.Delivered));
        await UntilIdleAsync(batch);
        ToldOn(Dead).ShouldBe(2 * Buyers);
    }

    private int ToldOn(string channel) => Sale.Posts.Messages.Where(message => message.Channel == channel)
        .DistinctBy(message => message.MessageId).Count();

    // So many buyers of the dead channel are to be told, and one of the other has reserved.
    private async Task<(TestBatch Batch, Buyer Other)> OpenAsync(int deadBuyers)
    {
        Sale.Posts.Places[Dead] = Hook with { Name = "https://dead.example/hook" };
        var batch = await Sale.CreateBatchAsync(stock: deadBuyers + 1, opensIn: TenMinutes);
        var (other, dead) = (batch.Buyer("weibo:alice"),
            Enumerable.Range(0, deadBuyers).Select(number => batch.Buyer($"{Dead}:u{number}")).ToList());
        foreach (var buyer in (Buyer[])[other, .. dead]) await buyer.ReserveAsync();
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        foreach (var buyer in dead) await CancelPaidAsync(buyer);
        return (batch, other);
    }

    private static async Task CancelPaidAsync(Buyer buyer)
    {
        var order = await buyer.BuyAsync();
        await buyer.PayAsync(order);
        await buyer.CancelAsync(order);
    }
}

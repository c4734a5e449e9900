using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Messages;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>Very many who wait are offered units at one instant.</summary>
public sealed class ManyOffersTests : MessageSale
{
    /// <summary>More than the offers of one commit, and many times the messages that wait at a time.</summary>
    private const int Waiting = 1_200;

    private const int AtOnce = 16;

    [Fact]
    public async Task Everybody_who_is_offered_a_unit_at_one_instant_is_told_once_while_few_messages_wait()
    {
        var batch = await Sale.CreateBatchAsync(stock: 1, opensIn: TenMinutes, change: terms => terms with
        {
            StandbyLimit = Waiting,
        });
        var (holder, line) = (
            batch.Buyer("weibo:holder"),
            Enumerable.Range(0, Waiting).Select(number => batch.Buyer($"weibo:u{number}")).ToList());
        await EachAsync([holder, .. line], buyer => buyer.ReserveAsync());
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        await holder.BuyAsync();
        await EachAsync(line, buyer => batch.StandByAsync(buyer.User));

        var (waited, underWay, atOnce) = (new ConcurrentBag<int>(), 0, new ConcurrentBag<int>());
        Sale.Posts.AnswerMessage = async _ =>
        {
            atOnce.Add(Interlocked.Increment(ref underWay));
            if (Sale.Documents.Find<MessageBook>("messages", batch.Id) is { } book) waited.Add(book.Waiting.Count);
            await Task.Yield();
            Interlocked.Decrement(ref underWay);
            return new PostResult(PostOutcome.Delivered);
        };
        (await batch.OperateAsync(OperatorAction.Restock, units: Waiting)).Refused.ShouldBeNull();
        await UntilSentAsync(batch, Waiting);
        await UntilIdleAsync(batch);

        var told = Sale.Posts.MessagesOf(batch.Id);
        told.ShouldAllBe(message => message.Content.Kind == MessageKind.Offer);
        told.Select(message => message.Subject).Order()
            .ShouldBe(line.Select(buyer => buyer.User["weibo:".Length..]).Order(), "each once");
        told.Select(message => message.MessageId).Distinct().Count().ShouldBe(Waiting);
        told.Select(message => message.Content.Order).Distinct().Count().ShouldBe(Waiting);
        waited.Max().ShouldBeLessThanOrEqualTo(MessageBook.MaxWaiting);
        atOnce.Max().ShouldBeLessThanOrEqualTo(MessageBook.MaxTries);
        (await ActorOf(batch).ListAsync()).ShouldBeEmpty("the channel has them");
    }

    private static Task EachAsync(IEnumerable<Buyer> buyers, Func<Buyer, Task> doAsync) => Parallel.ForEachAsync(
        buyers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (buyer, _) => await doAsync(buyer));
}

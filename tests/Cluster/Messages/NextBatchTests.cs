using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Messages;
using OrleansSale.Tests.Cluster.Backlog;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>Buyers who wait in the backlog are told once that their place counts for an announced batch.</summary>
public sealed class NextBatchTests : MessageSale
{
    private const string Alice = "weibo:alice", Bob = "weibo:bob", Carl = "weibo:carl";

    private static readonly PostResult Busy = new(PostOutcome.TryLater, "answered 500");

    [Fact]
    public async Task Everybody_is_told_once_which_batch_it_is_and_when_it_opens()
    {
        var first = await Sale.EndedAsync(Alice, Bob, Carl);
        await UntilIdleAsync(first);
        Told(first).ShouldBeEmpty("no batch takes the backlog");
        var ignored = await Sale.NextAsync(backlogUnits: 0);
        var second = await Sale.NextAsync(backlogUnits: 2);
        await UntilToldAsync(first, 3);
        foreach (var actor in (IAddressable[])[ActorOf(first), second.Actor, first.Actor])
            await Sale.DeactivateAsync(actor);
        (await second.Actor.WakeAsync()).ShouldBeTrue();
        await ActorOf(first).NoteBacklogAsync();
        await UntilIdleAsync(first);

        Told(first).Select(message => message.Subject).Order().ShouldBe(["alice", "bob", "carl"]);
        Told(first).Select(message => message.MessageId).Distinct().Count().ShouldBe(3);
        Told(first).Select(message => message.Content.Kept).OrderBy(kept => kept!.Place).ShouldBe(Enumerable.Range(1, 3)
            .Select(place => new KeptPlace(place, second.Id, second.Terms.Schedule.SaleOpens)));
        Told(first).ShouldAllBe(message => message.Content.Order == null);
        await Sale.OpenAsync(second);
        await UntilIdleAsync(first);
        Told(first).Count.ShouldBe(3);
        Told(ignored).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_that_was_announced_before_the_end_is_told_at_the_end()
    {
        var first = await Sale.SoldOutAsync(Alice, Bob);
        var second = await Sale.NextAsync(backlogUnits: 2);
        await Sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        Told(first).ShouldBeEmpty("they wait in its own line");
        await Sale.EndAsync(first);
        await UntilToldAsync(first, 2);
        Told(first).ShouldAllBe(message => message.Content.Kept!.Next == second.Id);
    }

    [Fact]
    public async Task A_batch_that_opens_before_the_one_they_know_of_is_told_and_one_that_opens_later_is_not()
    {
        var first = await Sale.EndedAsync(Alice);
        Task<TestBatch> OpensInAsync(int minutes) => Sale.NextAsync(2, change: terms => terms with
        {
            Schedule = terms.Schedule with { SaleOpens = terms.Schedule.SaleOpens.AddMinutes(minutes) },
        });
        var second = await OpensInAsync(5);
        await UntilToldAsync(first, 1);
        await OpensInAsync(9);
        var fourth = await OpensInAsync(0);
        await UntilToldAsync(first, 2);
        await UntilIdleAsync(first);
        Told(first).Select(message => message.Content.Kept!.Next).ShouldBe([second.Id, fourth.Id]);
    }

    [Fact]
    public async Task Who_has_left_or_was_erased_is_not_told_even_if_their_message_was_waiting()
    {
        var first = await Sale.EndedAsync(Alice, Bob, Carl, "weibo:dora");
        (await first.Actor.LeaveLineAsync(first.AliasOf(Alice))).Value.ShouldBe(Effect.Done);
        Sale.Posts.AnswerMessage = _ => Task.FromResult(Busy);
        await Sale.NextAsync(backlogUnits: 2);
        await Sale.UntilAsync(() => Task.FromResult(Sale.Posts.Messages.Count >= 3), "all were tried");
        (await first.Actor.LeaveLineAsync(first.AliasOf(Bob))).Value.ShouldBe(Effect.Done);
        (await Sale.Reservation(first.Id, Carl).EraseAsync()).Value.ShouldBe(Effect.Done);

        var tried = Sale.Posts.Messages.Count;
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        await UntilIdleAsync(first);
        Sale.Posts.Messages.Skip(tried).Select(message => message.Subject).ShouldBe(["dora"]);
        (await ActorOf(first).ListAsync()).ShouldAllBe(
            message => message.Delivery.State == DeliveryState.Undeliverable && message.Place != null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_more_is_told_of_a_batch_that_was_hidden_or_closed(bool isHidden)
    {
        var first = await Sale.EndedAsync(Alice, Bob);
        Sale.Posts.AnswerMessage = _ => Task.FromResult(Busy);
        var second = await Sale.NextAsync(backlogUnits: 2);
        await Sale.UntilAsync(() => Task.FromResult(Sale.Posts.Messages.Count >= 2), "both were tried");
        var answer = isHidden ? await Sale.Catalogue.SetHiddenAsync(second.Id, true)
            : await second.OperateAsync(OperatorAction.Close);
        answer.Value.ShouldBe(Effect.Done);
        await Sale.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        var tried = Sale.Posts.Messages.Count;
        await UntilIdleAsync(first);
        Sale.Posts.Messages.Count.ShouldBe(tried);

        // It opens first. A hidden batch that is not closed takes the backlog if it opens before.
        var third = await NextAsync(TimeSpan.FromMinutes(5));
        Sale.Posts.AnswerMessage = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        await Sale.UntilAsync(
            () => Task.FromResult(
                Sale.Posts.Messages.Skip(tried).Count(message => message.Content.Kept!.Next == third.Id) == 2),
            "another batch is told");
    }

    [Fact]
    public async Task Nobody_is_told_of_a_batch_of_their_channel_while_one_that_opens_before_it_takes_all_places()
    {
        Sale.Posts.Places["web-2"] = Hook;
        var first = await Sale.EndedAsync(Alice, "web-2:eve");
        var sooner = await NextAsync(TimeSpan.FromMinutes(5), "weibo");
        var later = await NextAsync(TimeSpan.FromMinutes(10), "web-2");
        await UntilToldAsync(first, 1);
        await UntilIdleAsync(first);
        Told(first).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            message => message.Subject.ShouldBe("alice"), message => message.Content.Kept!.Next.ShouldBe(sooner.Id));
        await Sale.OpenAsync(sooner);
        await Sale.OpenAsync(later);
        (await Sale.JoinedAsync(sooner)).Select(joined => joined.Buyer).ShouldBe([sooner.AliasOf(Alice)]);
        (await Sale.JoinedAsync(later)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silo_that_dies_between_the_announcement_and_the_telling_loses_nobody()
    {
        var first = await Sale.EndedAsync(Alice, Bob);
        // No tick has come since it was created.
        await Sale.NextAsync(backlogUnits: 2);
        await Sale.KillSiloAsync();
        await Index.WakeAllAsync();
        await UntilToldAsync(first, 2);
        Told(first).Select(message => message.Subject).Order().ShouldBe(["alice", "bob"]);
    }

    // Every write of the documents fails once, before and after it is stored.
    public static MatrixTheoryData<int, bool> Cuts => new([1, 2, 3, 4, 5], [true, false]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Cut_off_anywhere_everybody_is_told_and_a_repeat_has_the_same_id(int write, bool isStored)
    {
        var first = await Sale.EndedAsync(Alice, Bob);
        await UntilIdleAsync(first);
        var writes = 0;
        Sale.Documents.OnChange = (change, stored) =>
        {
            if (change.Contains("message", StringComparison.Ordinal) && stored == isStored && ++writes == write)
                throw new IOException("A test cut this off.");
        };
        await Sale.NextAsync(backlogUnits: 2);
        await Sale.UntilAsync(
            () => Task.FromResult(Sale.Posts.Messages.DistinctBy(message => message.MessageId).Count() >= 2),
            "both are told");
        await UntilIdleAsync(first);
        writes.ShouldBeGreaterThanOrEqualTo(Math.Min(write, 3), "it was cut off");
        Sale.Posts.Messages.DistinctBy(message => message.MessageId).Select(message => message.Subject).Order()
            .ShouldBe(["alice", "bob"]);
    }

    [Fact]
    public async Task Very_many_are_told_within_bounds_though_the_engine_dies_in_between()
    {
        const int Many = 250;
        string[] users = [.. Enumerable.Range(0, Many).Select(number => $"weibo:u{number:d3}")];
        var first = await Sale.EndedAsync(users);
        var (waited, died) = (0, false);
        Sale.Posts.AnswerMessage = _ =>
        {
            if (Sale.Documents.Find<MessageBook>("messages", first.Id) is { } book)
                waited = Math.Max(waited, book.Waiting.Count);
            return Task.FromResult(new PostResult(PostOutcome.Delivered));
        };
        await Sale.NextAsync(backlogUnits: 2);
        await Sale.UntilAsync(
            async () =>
            {
                if (!died && Told(first).Count > 60)
                {
                    died = true;
                    await Sale.KillSiloAsync();
                    await Index.WakeAllAsync();
                }
                return Told(first).Select(message => message.Subject).Distinct().Count() == Many;
            },
            "all are told");
        await UntilIdleAsync(first);
        died.ShouldBeTrue();
        waited.ShouldBeLessThanOrEqualTo(MessageBook.MaxTold);
        var told = Told(first).DistinctBy(message => message.MessageId).ToList();
        told.Select(message => message.Subject).ToHashSet().Count.ShouldBe(Many);
        told.Count.ShouldBe(Many, "each once");
    }

    private IReadOnlyList<UserMessage> Told(TestBatch batch) =>
        [.. Sale.Posts.MessagesOf(batch.Id).Where(message => message.Content.Kind == MessageKind.NextBatch)];

    private Task<TestBatch> NextAsync(TimeSpan opensIn, params string[] channels) =>
        Sale.NextAsync(backlogUnits: 1, change: terms =>
        {
            var opens = Sale.Clock.Now + opensIn;
            return terms with
            {
                Channels = channels.Length > 0 ? channels : terms.Channels,
                Schedule = new Schedule(opens.AddHours(-2), opens.AddHours(-1), opens, opens.AddHours(1)),
            };
        });

    private Task UntilToldAsync(TestBatch batch, int count) =>
        Sale.UntilAsync(() => Task.FromResult(Told(batch).Count >= count), $"{count} are told");
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Announcements;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Announcements;

/// <summary>Announcements and the outbox of their posts, cut off wherever they may be.</summary>
public sealed class OutboxTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private static readonly PostPlace Harmless = new("https://shop.example/hook", IsRepeatHarmless: true),
        Harmful = new("https://api.weibo.com", IsRepeatHarmless: false);

    private static readonly LinkCard Card = new("Mi2", new Money(199_900, "CNY"), SaleClock.Noon, null);

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static int _count;

    [Fact]
    public async Task A_teaser_is_posted_at_its_time_and_not_before()
    {
        var (topic, channel) = Topic(Harmless);
        var at = sale.Clock.Now + Minute;
        (await AnnounceAsync(topic, channel, at)).Result.ShouldBe(AnnounceResult.Made);
        await sale.Clock.AdvanceAsync(Minute - TimeSpan.FromMilliseconds(1));
        sale.Posts.On(channel).ShouldBeEmpty();
        await sale.Clock.AdvanceAsync(AnnouncementsGrain.Period);
        await UntilAsync(topic, channel, DeliveryState.Delivered);
        sale.Posts.On(channel).ShouldHaveSingleItem().Announcement.At.ShouldBe(at);
    }

    [Fact]
    public async Task A_cancelled_teaser_is_never_posted()
    {
        var (topic, channel) = Topic(Harmless);
        await AnnounceAsync(topic, channel, sale.Clock.Now + Minute);
        (await topic.CancelAsync(1)).Value.ShouldBe(Effect.Done);
        (await topic.CancelAsync(1)).Value.ShouldBe(Effect.AlreadySo);
        await sale.Clock.AdvanceAsync(2 * Minute);
        (await topic.WakeAsync()).ShouldBeFalse("nothing is left to do");
        sale.Posts.On(channel).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_teaser_comes_after_a_crash_without_anybody_who_asks()
    {
        await using var own = await SaleHarness.StartAsync();
        own.Posts.Places["w"] = Harmless;
        await own.Actors.GetGrain<IAnnouncementsGrain>("batch-b")
            .AnnounceAsync(New("w", own.Clock.Now + Minute, "k"));
        await own.KillSiloAsync();
        await own.UntilAsync(() => Task.FromResult(own.Posts.On("w").Count == 1), "it is posted");
    }

    [Fact]
    public async Task A_webhook_is_tried_until_it_arrives_with_the_same_message_id()
    {
        var (topic, channel) = Topic(Harmless);
        Answer(channel, () => new(PostOutcome.TryLater, "answered 500"));
        await AnnounceAsync(topic, channel);
        await UntilPostsAsync(channel, 3);
        (await DeliveryAsync(topic)).LastError.ShouldBe("answered 500");
        (await topic.ListFaultsAsync()).ShouldHaveSingleItem().Detail.ShouldContain("answered 500");
        (await Index.ListTroubledAsync()).ShouldContain(KeyOf(topic));
        Answer(channel, () => new(PostOutcome.Delivered));
        await UntilAsync(topic, channel, DeliveryState.Delivered);
        sale.Posts.On(channel).Select(post => post.MessageId).Distinct().ShouldHaveSingleItem();
        (await topic.ListFaultsAsync()).ShouldBeEmpty();
        (await Index.ListTroubledAsync()).ShouldNotContain(KeyOf(topic));
        sale.Log.With($"on {channel}").Count.ShouldBe(2, "that it fails, and that it works again");
    }

    [Fact]
    public async Task An_unknown_end_on_Weibo_waits_for_an_operator()
    {
        var (topic, channel) = Topic(Harmful);
        Answer(channel, () => new(PostOutcome.Unknown, "no answer"));
        await AnnounceAsync(topic, channel);
        await UntilAsync(topic, channel, DeliveryState.Unknown);
        await sale.Clock.AdvanceAsync(TimeSpan.FromDays(1));
        sale.Posts.On(channel).Count.ShouldBe(1);
        Answer(channel, () => new(PostOutcome.Delivered));
        (await topic.RetryAsync(1, channel, "r")).Refused.ShouldBeNull();
        await UntilAsync(topic, channel, DeliveryState.Delivered);
        (await topic.RetryAsync(1, channel, "r")).Refused.ShouldBeNull("it is the same retry");
        (await topic.RetryAsync(1, channel, "r2")).Refused.ShouldBe(Refusal.Conflict);
        sale.Posts.On(channel).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_channel_that_hangs_delays_neither_the_other_one_nor_what_operators_ask()
    {
        var (topic, slow) = Topic(Harmless);
        var (_, quick) = Topic(Harmless);
        var hangs = new TaskCompletionSource<PostResult>();
        var before = sale.Posts.Answer;
        sale.Posts.Answer = post => post.Channel == slow ? hangs.Task : before(post);
        await topic.AnnounceAsync(new(
            new("soon", null), null, null, [new(slow, "b", Card), new(quick, "b", Card)], "k"));
        await Eventually.HoldsAsync(async () => await StateAsync(topic, quick) == DeliveryState.Delivered, "quick");
        (await StateAsync(topic, slow)).ShouldBe(DeliveryState.Waiting);
        (await topic.RetryAsync(1, slow, "r")).Refused.ShouldBe(Refusal.Conflict);
        hangs.SetResult(new(PostOutcome.Delivered));
        await UntilAsync(topic, slow, DeliveryState.Delivered);
    }

    // Every write of the document and of the index fails once, before and after it is stored.
    public static MatrixTheoryData<bool, int, bool> Cuts => new([true, false], [1, 2, 3, 4, 5], [true, false]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Cut_off_anywhere_a_webhook_arrives_and_Weibo_is_asked_at_most_once(
        bool isHarmless, int write, bool isStored)
    {
        await using var own = await SaleHarness.StartAsync();
        own.Posts.Places["w"] = isHarmless ? Harmless : Harmful;
        var writes = 0;
        own.Documents.OnChange = (change, stored) =>
        {
            if (change.Contains("announcement", StringComparison.Ordinal) && stored == isStored && ++writes == write)
                throw new IOException("A test cut this off.");
        };
        var topic = own.Actors.GetGrain<IAnnouncementsGrain>("batch-b");
        var announcement = New("w", null, "k");
        // As a front does: asked again until it is answered.
        await Eventually.HoldsAsync(async () => await TryAsync(() => topic.AnnounceAsync(announcement)), "made");
        await own.UntilAsync(
            async () => await TryAsync(topic.WakeAsync) && !await topic.WakeAsync(), "nothing is left to do");
        writes.ShouldBeGreaterThanOrEqualTo(write, "it was cut off");
        var delivery = (await topic.ListAsync()).ShouldHaveSingleItem().Deliveries.ShouldHaveSingleItem();
        if (isHarmless)
        {
            delivery.State.ShouldBe(DeliveryState.Delivered);
            own.Posts.On("w").Select(post => post.MessageId).Distinct().ShouldHaveSingleItem();
        }
        else
        {
            own.Posts.On("w").Count.ShouldBeLessThanOrEqualTo(1);
            delivery.State.ShouldBeOneOf(DeliveryState.Delivered, DeliveryState.Unknown);
            if (delivery.State == DeliveryState.Delivered) own.Posts.On("w").Count.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(true, DeliveryState.Delivered, 2)]
    [InlineData(false, DeliveryState.Unknown, 1)]
    public async Task A_silo_that_dies_while_it_posts(bool isHarmless, DeliveryState ends, int posts)
    {
        await using var own = await SaleHarness.StartAsync();
        own.Posts.Places["w"] = isHarmless ? Harmless : Harmful;
        var (arrived, never) = (new TaskCompletionSource(), new TaskCompletionSource<PostResult>());
        own.Posts.Answer = _ =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        var topic = own.Actors.GetGrain<IAnnouncementsGrain>("batch-b");
        await topic.AnnounceAsync(New("w", null, "k"));
        await arrived.Task;
        own.Posts.Answer = _ => Task.FromResult(new PostResult(PostOutcome.Delivered));
        await own.KillSiloAsync();
        await own.UntilAsync(
            async () => (await own.Actors.GetGrain<IAnnouncementsGrain>("batch-b").ListAsync())[0].Deliveries[0].State
                == ends,
            $"it is {ends}");
        own.Posts.On("w").Count.ShouldBe(posts);
    }

    [Fact]
    public async Task A_damaged_document_is_told_and_never_replaced()
    {
        var topic = Restored(new AnnouncementBook { LastNumber = 3 });
        sale.Documents.Damage("announcements", KeyOf(topic));
        await Should.ThrowAsync<StorageDamagedException>(topic.ListAsync);
        await Should.ThrowAsync<StorageDamagedException>(() => AnnounceAsync(topic, "none"));
        await Should.ThrowAsync<StorageDamagedException>(topic.WakeAsync);
        sale.Log.With($"{KeyOf(topic)} cannot be read").Count.ShouldBe(1);
        sale.Documents.Find<AnnouncementBook>("announcements", KeyOf(topic))!.LastNumber.ShouldBe(3);
    }

    [Fact]
    public async Task Numbers_are_never_used_again()
    {
        var topic = Restored(new AnnouncementBook { LastNumber = 3 });
        (await topic.ListAsync()).ShouldBeEmpty();
        await AnnounceAsync(topic, "none");
        (await topic.ReadAsync()).ShouldHaveSingleItem().Id.ShouldBe($"{KeyOf(topic)}.4");
    }

    [Fact]
    public async Task The_index_tells_what_has_changed_since_and_everything_to_a_stranger()
    {
        var (topic, channel) = Topic(Harmless);
        var before = await Index.ReadAsync(Guid.Empty, 0);
        await AnnounceAsync(topic, channel, sale.Clock.Now + Minute);
        var after = await Index.ReadAsync(before.Activation, before.Position);
        after.Topics.ShouldContain(KeyOf(topic));
        (await Index.ReadAsync(after.Activation, after.Position)).Topics.ShouldBeEmpty();
        (await Index.ReadAsync(Guid.Empty, after.Position)).Topics.ShouldContain(KeyOf(topic));
    }

    private IAnnouncementIndexGrain Index =>
        sale.Actors.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key);

    private static string KeyOf(IAnnouncementsGrain topic) => topic.GetPrimaryKeyString();

    // Of its own, with a channel of its own.
    private (IAnnouncementsGrain Topic, string Channel) Topic(PostPlace place)
    {
        var number = Interlocked.Increment(ref _count);
        sale.Posts.Places[$"c-{number}"] = place;
        return (sale.Actors.GetGrain<IAnnouncementsGrain>($"batch-b-{number}"), $"c-{number}");
    }

    private IAnnouncementsGrain Restored(AnnouncementBook book)
    {
        var key = $"batch-restored-{Interlocked.Increment(ref _count)}";
        sale.Documents.Put("announcements", key, book);
        return sale.Actors.GetGrain<IAnnouncementsGrain>(key);
    }

    private void Answer(string channel, Func<PostResult> answer)
    {
        var before = sale.Posts.Answer;
        sale.Posts.Answer = post => post.Channel == channel ? Task.FromResult(answer()) : before(post);
    }

    private static NewAnnouncement New(string channel, DateTimeOffset? at, string key) =>
        new(new("soon", "敬请期待"), null, at, [new(channel, "b", Card)], key);

    private static Task<AnnounceOutcome> AnnounceAsync(
        IAnnouncementsGrain topic, string channel, DateTimeOffset? at = null) =>
        topic.AnnounceAsync(New(channel, at, "k"));

    private static async Task<DeliveryView> DeliveryAsync(IAnnouncementsGrain topic) =>
        (await topic.ListAsync())[0].Deliveries[0];

    private static async Task<DeliveryState?> StateAsync(IAnnouncementsGrain topic, string channel) =>
        (await topic.ListAsync())[0].Deliveries.FirstOrDefault(delivery => delivery.Channel == channel)?.State;

    private Task UntilAsync(IAnnouncementsGrain topic, string channel, DeliveryState state) => sale.UntilAsync(
        async () => await StateAsync(topic, channel) == state, $"{KeyOf(topic)} is {state} on {channel}");

    private Task UntilPostsAsync(string channel, int count) => sale.UntilAsync(
        () => Task.FromResult(sale.Posts.On(channel).Count >= count), $"{count} posts on {channel}");

    private static async Task<bool> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (Exception e) when (e is IOException or SaleUnavailableException or InvalidOperationException
            || LostInfrastructure.Is(e))
        {
            return false;
        }
    }
}

using CsCheck;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Announcements;

namespace OrleansSale.Tests.Rules.Announcements;

/// <summary>The rules of announcements and of their outbox.</summary>
public class AnnouncementBookTests
{
    private const string Webhook = "webhook", Weibo = "weibo", Silent = "silent";

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly Topic Mi2 = Topic.OfBatch("mi2-1");
    private static readonly LinkCard Card = new("Mi2", new Money(199_900, "CNY"), Noon, null);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_same_key_makes_one_announcement_and_another_one_under_it_is_refused()
    {
        var book = new AnnouncementBook();
        var made = Announce(book, "k1");
        made.Result.ShouldBe(AnnounceResult.Made);
        made.Made!.Announcement.Id.ShouldBe("batch-mi2-1.1");
        // Also after it was posted.
        book.PutOut(Noon, PlaceOf);
        Announce(book, "k1", now: Noon + Second).Result.ShouldBe(AnnounceResult.Repeated);
        Announce(book, "k1", text: "other").Result.ShouldBe(AnnounceResult.OtherUnderKey);
        Announce(book, "k2").Made!.Announcement.Id.ShouldBe("batch-mi2-1.2");
        book.Items.Count.ShouldBe(2);
    }

    [Fact]
    public void A_time_that_has_passed_is_refused_but_not_to_a_repeat()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1", at: Noon).Result.ShouldBe(AnnounceResult.Past);
        Announce(book, "k2", at: Noon + Second).Result.ShouldBe(AnnounceResult.Made);
        Announce(book, "k2", at: Noon + Second, now: Noon + 2 * Second).Result.ShouldBe(AnnounceResult.Repeated);
    }

    [Fact]
    public void There_are_at_most_a_hundred_and_a_cancelled_one_makes_room()
    {
        var book = new AnnouncementBook();
        for (var i = 1; i <= Announcement.MaxCount; i++)
            Announce(book, $"k{i}", at: Noon + Second).Result.ShouldBe(AnnounceResult.Made);
        Announce(book, "more").Result.ShouldBe(AnnounceResult.Full);
        book.Cancel(7, Noon).Value.ShouldBe(Effect.Done);
        book.Cancel(7, Noon).Value.ShouldBe(Effect.AlreadySo);
        Announce(book, "more").Made!.Announcement.Id.ShouldBe("batch-mi2-1.101");
    }

    [Fact]
    public void Only_what_is_still_to_come_can_be_cancelled()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1", at: Noon + Second);
        book.Cancel(2, Noon).Refused.ShouldBe(Refusal.NotFound);
        book.Cancel(1, Noon + Second).Refused.ShouldBe(Refusal.Conflict);
        book.Cancel(1, Noon).Value.ShouldBe(Effect.Done);
        book.PutOut(Noon + Second, PlaceOf).ShouldBeFalse();
    }

    [Fact]
    public void It_is_posted_on_the_channels_that_take_posts_when_its_time_has_come()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1", at: Noon + Second);
        book.PutOut(Noon, PlaceOf).ShouldBeFalse();
        book.PutOut(Noon + Second, PlaceOf).ShouldBeTrue();
        book.PutOut(Noon + Second, PlaceOf).ShouldBeFalse();
        book.Items[0].Deliveries.Select(delivery => delivery.Channel).ShouldBe([Webhook, Weibo]);
    }

    [Fact]
    public void A_slow_channel_has_one_try_under_way_and_delays_no_other_channel()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        Announce(book, "k2");
        book.PutOut(Noon, PlaceOf);
        var first = book.Begin(Noon);
        first.Select(begun => (begun.Number, begun.Post.Channel)).ShouldBe([(1, Webhook), (1, Weibo)]);
        book.End(1, Webhook, new(PostOutcome.Delivered), PlaceOf(Webhook), Noon, 0);
        book.Begin(Noon).Select(begun => (begun.Number, begun.Post.Channel)).ShouldBe([(2, Webhook)]);
    }

    [Fact]
    public void Every_try_of_a_delivery_has_one_message_id_and_no_other_has_it()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        book.PutOut(Noon, PlaceOf);
        var begun = book.Begin(Noon);
        begun.Select(each => each.Post.MessageId).ShouldBeUnique();
        book.End(1, Webhook, new(PostOutcome.TryLater, "answered 500"), PlaceOf(Webhook), Noon, 0);
        book.Begin(Noon + 2 * Second).ShouldHaveSingleItem().Post.MessageId
            .ShouldBe(begun.Single(each => each.Post.Channel == Webhook).Post.MessageId);
    }

    [Fact]
    public void After_a_crash_a_webhook_is_tried_again_and_what_may_be_on_Weibo_is_unknown()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        book.PutOut(Noon, PlaceOf);
        book.Begin(Noon);
        book.Recover(Noon, PlaceOf).ShouldBeTrue();
        book.Recover(Noon, PlaceOf).ShouldBeFalse();
        StateOf(book, Webhook).ShouldBe(DeliveryState.Waiting);
        StateOf(book, Weibo).ShouldBe(DeliveryState.Unknown);
        book.Begin(Noon).ShouldHaveSingleItem().Post.Channel.ShouldBe(Webhook);
        book.Troubled(Noon).Count().ShouldBe(2);
    }

    [Fact]
    public void An_unknown_one_is_tried_by_hand_once_for_each_key()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        book.PutOut(Noon, PlaceOf);
        book.Begin(Noon);
        book.Retry(1, Weibo, "r1", Noon).Refused.ShouldBe(Refusal.Conflict, "it is under way");
        book.End(1, Weibo, new(PostOutcome.Unknown, "no answer"), PlaceOf(Weibo), Noon, 0);
        book.Begin(Noon + TimeSpan.FromDays(1)).ShouldNotContain(begun => begun.Post.Channel == Weibo);
        book.Retry(1, Weibo, "r1", Noon).Refused.ShouldBeNull();
        book.Begin(Noon).ShouldHaveSingleItem();
        book.End(1, Weibo, new(PostOutcome.Unknown, "no answer"), PlaceOf(Weibo), Noon, 0);
        // The answer to the retry was lost, and the front asks again.
        book.Retry(1, Weibo, "r1", Noon).Refused.ShouldBeNull();
        book.Begin(Noon).ShouldBeEmpty();
        book.Retry(1, Silent, "r2", Noon).Refused.ShouldBe(Refusal.NotFound);
        book.Retry(2, Weibo, "r2", Noon).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public void A_receiver_that_is_gone_gets_nothing_more_until_it_is_tried_by_hand()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        book.PutOut(Noon, PlaceOf);
        book.Begin(Noon);
        book.End(1, Webhook, new(PostOutcome.Gone, "answered 410"), PlaceOf(Webhook), Noon, 0);
        Announce(book, "k2");
        book.PutOut(Noon, PlaceOf);
        book.Items[1].Deliveries.Single(delivery => delivery.Channel == Webhook).State.ShouldBe(DeliveryState.Failed);
        book.Retry(2, Webhook, "r", Noon);
        Announce(book, "k3");
        book.PutOut(Noon, PlaceOf);
        book.Items[2].Deliveries.Single(delivery => delivery.Channel == Webhook).State.ShouldBe(DeliveryState.Waiting);
    }

    [Fact]
    public void What_waits_for_a_receiver_that_is_gone_is_not_tried_any_more()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        Announce(book, "k2");
        book.PutOut(Noon, PlaceOf);
        book.Begin(Noon);
        book.End(1, Webhook, new(PostOutcome.Gone, "answered 410"), PlaceOf(Webhook), Noon, 0);
        book.Begin(Noon).ShouldNotContain(begun => begun.Post.Channel == Webhook);
        book.Items[1].Deliveries.Single(delivery => delivery.Channel == Webhook).State.ShouldBe(DeliveryState.Failed);
        book.Items[1].Deliveries.Single(delivery => delivery.Channel == Weibo).State.ShouldBe(DeliveryState.Waiting);
        book.HasWork.ShouldBeTrue("Weibo is not gone");
    }

    [Fact]
    public void A_delivery_that_is_never_taken_is_dead_after_three_days_and_trouble_for_a_week()
    {
        var book = new AnnouncementBook();
        Announce(book, "k1");
        book.PutOut(Noon, PlaceOf);
        var now = Noon;
        while (book.Items[0].Deliveries[0] is { State: DeliveryState.Waiting, NextTry: { } next })
        {
            now = next;
            book.Begin(now);
            book.End(1, Webhook, new(PostOutcome.TryLater, "answered 500"), PlaceOf(Webhook), now, 0.5);
        }
        StateOf(book, Webhook).ShouldBe(DeliveryState.Dead);
        (now - Noon).ShouldBeLessThanOrEqualTo(DeliveryRules.GiveUpAfter);
        book.Troubled(now).ShouldContain(delivery => delivery.Channel == Webhook);
        book.Troubled(now + DeliveryRules.TroubleLasts).ShouldBeEmpty();
    }

    // Whatever happens in whatever order, what may be on Weibo is begun again by an operator only.
    [Fact]
    public void Weibo_is_never_asked_again_after_an_unknown_end_unless_an_operator_says_so()
    {
        string[] kinds = ["tick", "delivered", "later", "refused", "unknown", "crash", "retry"];
        Gen.Int[0, kinds.Length - 1].Select(kind => kinds[kind]).Array[1, 40].Sample(steps =>
        {
            var (book, now, begun, allowed, key) = (new AnnouncementBook(), Noon, 0, 1, 0);
            Announce(book, "k1");
            book.PutOut(now, PlaceOf);
            foreach (var each in steps)
            {
                now += TimeSpan.FromHours(1);
                switch (each)
                {
                    case "tick":
                        begun += book.Begin(now).Count(tried => tried.Post.Channel == Weibo);
                        break;
                    case "crash":
                        book.Recover(now, PlaceOf);
                        break;
                    case "retry":
                        if (book.Retry(1, Weibo, $"r{++key}", now).Refused is null) allowed++;
                        break;
                    case "later":
                        // It is certain that it was not posted.
                        if (End(book, PostOutcome.TryLater, now)) allowed++;
                        break;
                    default:
                        End(book, each switch
                        {
                            "delivered" => PostOutcome.Delivered,
                            "refused" => PostOutcome.Refused,
                            _ => PostOutcome.Unknown,
                        }, now);
                        break;
                }
                begun.ShouldBeLessThanOrEqualTo(allowed);
            }
        });
    }

    private static bool End(AnnouncementBook book, PostOutcome outcome, DateTimeOffset now) =>
        book.End(1, Weibo, new(outcome, "why"), PlaceOf(Weibo), now, 0) is not null;

    private static DeliveryState StateOf(AnnouncementBook book, string channel) =>
        book.Items[0].Deliveries.Single(delivery => delivery.Channel == channel).State;

    private static AnnounceOutcome Announce(
        AnnouncementBook book, string key, DateTimeOffset? at = null, DateTimeOffset? now = null, string text = "soon")
    {
        PostTarget[] targets =
            [new(Silent, "mi2-1", Card), new(Webhook, "mi2-1", Card), new(Weibo, "mi2-1", Card)];
        return book.Announce(Mi2, new(new(text, null), null, at, targets, key), now ?? Noon, $"seed of {key}");
    }

    private static PostPlace? PlaceOf(string channel) => channel switch
    {
        Webhook => new PostPlace("https://shop.example/hook", IsRepeatHarmless: true),
        Weibo => new PostPlace("https://api.weibo.com", IsRepeatHarmless: false),
        _ => null,
    };
}

using CsCheck;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Webhooks;

namespace OrleansSale.Tests.Rules.Webhooks;

/// <summary>The rules of what waits for an endpoint.</summary>
public class WebhookBookTests
{
    private const string Batch = "mi2-1";

    // So many in a row take less than three days.
    private const int MostFailures = 15;

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly WebhookTerms Terms = new("https://shop.example/hook", "", []);
    private static readonly WebhookResult Arrived = WebhookResult.Arrived, Busy = Failed(500);

    [Fact]
    public void Events_go_together_up_to_a_hundred_and_to_the_longest_body()
    {
        var book = Made();
        Take(book, [.. Enumerable.Range(1, 250).Select(seq => Event(seq, seq))]);
        book.Waiting.Select(request => request.Seqs.Length).ShouldBe([100, 100, 50]);
        book = Made();
        Take(book, [.. Enumerable.Range(1, 6).Select(seq => new NextEvent(seq, [seq], 7_000))]);
        book.Waiting.Select(request => request.Seqs.Length).ShouldBe([2, 2, 2]);
        book.CursorOf(Batch).ShouldBe(6);
    }

    [Fact]
    public void What_concerns_one_order_comes_one_after_the_other_and_others_do_not_wait()
    {
        var book = Made();
        Take(book, Event(1, 7), Event(2, 8));
        Due(book, Noon).ShouldBe([1]);
        // The first request is under way: order 7 goes behind it, order 9 does not.
        Take(book, under: [1], Event(3, 7), Event(4, 9), Event(5, 7));
        book.Waiting.Select(request => string.Join(',', request.Seqs)).ShouldBe(["1,2", "3,5", "4"]);
        Due(book, Noon, 1).ShouldBe([3]);
        End(book, 1, Busy, Noon);
        Due(book, Noon).ShouldBe([3], "the first is tried later, and what is behind it waits");
        End(book, 1, Arrived, Noon);
        Due(book, Noon, 3).ShouldBe([2]);
    }

    [Fact]
    public void An_event_that_concerns_two_waits_for_both()
    {
        var book = Made();
        Take(book, Event(1, 7));
        Take(book, under: [1], Event(2, 8));
        Take(book, under: [1, 2], new NextEvent(3, [7, 8], 10));
        Due(book, Noon, 1, 2).ShouldBeEmpty();
        End(book, 2, Arrived, Noon);
        Due(book, Noon, 1).ShouldBeEmpty();
        End(book, 1, Arrived, Noon);
        Due(book, Noon).ShouldBe([3]);
    }

    [Fact]
    public void A_request_that_was_tried_never_changes_and_its_id_stays()
    {
        var book = Made();
        Take(book, Event(1, 7));
        var id = WebhookRules.IdOf("wh", book.Waiting[0]);
        End(book, 1, Busy, Noon);
        Take(book, Event(2, 7), Event(3, 8));
        WebhookRules.IdOf("wh", book.Waiting[0]).ShouldBe(id);
        book.Waiting.Select(request => request.Seqs.Length).ShouldBe([1, 1, 1]);
        WebhookRules.IdOf("other", book.Waiting[0]).ShouldNotBe(id);
    }

    [Fact]
    public void While_as_many_wait_as_may_the_rest_stays_in_the_ledger()
    {
        var book = Made();
        Take(book, [.. Enumerable.Range(1, 10_000).Select(seq => Event(seq, seq))]);
        book.Waiting.Count.ShouldBe(WebhookRules.MaxWaiting);
        book.CursorOf(Batch).ShouldBe(WebhookRules.MaxWaiting * WebhookRules.MaxEvents);
        book.HasRoom.ShouldBeFalse();
        Due(book, Noon).Count.ShouldBe(WebhookRules.MaxUnderWay);
        End(book, 1, Arrived, Noon);
        Take(book, [.. Enumerable.Range(6_401, 200).Select(seq => Event(seq, seq))]);
        book.CursorOf(Batch).ShouldBe(6_500);
    }

    [Fact]
    public void A_request_is_tried_again_for_three_days_and_then_given_up_if_others_arrived()
    {
        var book = Made();
        Take(book, Event(1, 7));
        Take(book, under: [1], Event(2, 7));
        var (now, tries) = (Noon, 0);
        while (book.Waiting.Count == 2)
        {
            Due(book, now).ShouldBe([1]);
            End(book, 1, Failed(400), now);
            tries++;
            // Something else arrives meanwhile.
            Take(book, under: [1], Event(100 + tries, 9));
            End(book, book.LastNumber, Arrived, now);
            if (book.Waiting.Count == 2) now = book.Waiting[0].NextTry;
        }
        tries.ShouldBeGreaterThan(15);
        (now - Noon).ShouldBeInRange(TimeSpan.FromDays(2.5), DeliveryRules.GiveUpAfter);
        book.Dead.Single().Number.ShouldBe(1);
        book.IsEnabled.ShouldBeTrue();
        Due(book, now).ShouldBe([2], "what is behind it is not held back any more");
        var again = book.Retry(1, "key", now, isUnderWay: false);
        again.Value!.NextTry.ShouldBe(now);
        book.Retry(1, "key", now, isUnderWay: false).Value.ShouldBe(again.Value);
        Due(book, now).ShouldBe([1], "it goes first again");
        book.Retry(99, "key", now, isUnderWay: false).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public void An_endpoint_that_takes_nothing_for_three_days_is_given_up_and_loses_nothing()
    {
        var book = Made();
        Take(book, Event(1, 7));
        for (var now = Noon; book.IsEnabled; now = book.Waiting[0].NextTry) End(book, 1, Busy, now);
        (book.State, book.Waiting.Count, book.Dead.Count).ShouldBe((WebhookState.GivenUp, 1, 0));
        var later = Noon.AddDays(9);
        Due(book, later).ShouldBeEmpty();
        book.Change(Terms, isEnabled: true, later);
        Due(book, later).ShouldBe([1]);
        book.Waiting[0].TriesInARow.ShouldBe(0);
    }

    [Fact]
    public void A_410_disables_at_once()
    {
        var book = Made();
        Take(book, Event(1, 7));
        End(book, 1, new(new WebhookError(WebhookErrorCode.Gone, 410)), Noon);
        (book.State, book.Since).ShouldBe((WebhookState.Gone, Noon));
        Due(book, Noon.AddDays(1)).ShouldBeEmpty();
        book.Waiting.Count.ShouldBe(1);
    }

    [Fact]
    public void An_overloaded_endpoint_is_left_alone_as_a_whole_and_as_long_as_it_asks()
    {
        var book = Made();
        Take(book, Event(1, 7));
        Take(book, under: [1], Event(2, 8));
        End(book, 1, new(new WebhookError(WebhookErrorCode.Answered, 429), TimeSpan.FromMinutes(10), true), Noon);
        Due(book, Noon.AddMinutes(9)).ShouldBeEmpty();
        Due(book, Noon.AddMinutes(10)).ShouldBe([1, 2]);
        // Without its wish the pause is that of the rules.
        End(book, 1, new(new WebhookError(WebhookErrorCode.Answered, 503), null, true), Noon.AddMinutes(10));
        Due(book, Noon.AddMinutes(10)).ShouldBeEmpty();
        Due(book, Noon.AddMinutes(11)).ShouldBe([1, 2]);
    }

    [Fact]
    public void A_wish_to_be_left_alone_counts_for_at_most_twelve_hours()
    {
        var book = Made();
        Take(book, Event(1, 7));
        End(book, 1, new(new WebhookError(WebhookErrorCode.Answered, 503), TimeSpan.FromDays(2), true), Noon);
        Due(book, Noon.AddHours(12)).ShouldBe([1]);
    }

    [Fact]
    public void A_replay_is_sent_once_for_each_key_and_bounded()
    {
        var book = Made();
        Take(book, Event(1, 7), Event(2, 8), Event(3, 9));
        book.Replay(Batch, 2, 9, head: 3, "a").Value.ShouldBe(new WebhookReplay(Batch, 2, 3, 2));
        book.Replay(Batch, 2, 9, head: 5, "a").Value!.To.ShouldBe(3);
        book.Replay(Batch, 1, 9, head: 3, "a").Refused.ShouldBe(Refusal.Conflict);
        book.Replay(Batch, 4, 9, head: 3, "b").Refused.ShouldBe(Refusal.Conflict);
        book.TakeReplay("a", [Event(2, 8), Event(3, 9)], end: 3, [], Noon);
        book.OpenReplays.ShouldBeEmpty();
        book.Waiting.Select(request => string.Join(',', request.Seqs)).ShouldBe(["1,2,3", "2,3"]);
        book.CursorOf(Batch).ShouldBe(3);
        for (var i = 0; i < WebhookRules.MaxReplays; i++)
            book.Replay(Batch, 1, 1, head: 3, $"c{i}").Refused.ShouldBeNull();
        book.Replay(Batch, 1, 1, head: 3, "d").Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void Former_secrets_sign_until_their_end_and_at_most_four_at_a_time()
    {
        var book = Made();
        book.Rotate("second", Noon.AddHours(1), "k", Noon);
        book.SecretsAt(Noon).ShouldBe(["second", "first"]);
        book.SecretsAt(Noon.AddHours(1)).ShouldBe(["second"]);
        foreach (var name in (string[])["third", "fourth", "fifth"]) book.Rotate(name, Noon.AddHours(2), name, Noon);
        book.SecretsAt(Noon).ShouldBe(["fifth", "fourth", "third", "second"]);
        book.Rotate("last", Noon, "l", Noon);
        book.SecretsAt(Noon).ShouldBe(["last"]);
    }

    [Fact]
    public void Whatever_fails_every_event_arrives_and_those_of_an_order_in_order() => Gen.Select(
        Gen.Int[1, 6].Array[1, 300], Gen.Int[0, 2].Array[1, 60]).Sample((orders, outcomes) =>
        {
            var (book, now, tries) = (Made(), Noon, 0);
            var events = orders.Select((order, i) => Event(i + 1, order)).ToArray();
            var arrived = new List<NextEvent>();
            for (var taken = 0; taken < events.Length || book.Waiting.Count > 0; now = now.AddMinutes(20))
            {
                var next = events.Skip(taken).Take(17).ToArray();
                var underWay = book.Due(now, []).ToArray();
                if (next.Length > 0) Take(book, [.. underWay.Select(request => request.Number)], next);
                taken = (int)book.CursorOf(Batch);
                foreach (var request in underWay)
                {
                    var fails = outcomes[tries++ % outcomes.Length] == 0 && tries <= MostFailures;
                    if (!fails) arrived.AddRange(request.Seqs.Select(seq => events[seq - 1]));
                    book.End(request.Number, now, fails ? Busy : Arrived, now, lot: 0);
                }
            }
            arrived.Select(one => one.Seq).Order().ShouldBe(events.Select(one => one.Seq));
            foreach (var order in arrived.GroupBy(one => one.Keys[0]))
                order.Select(one => one.Seq).ShouldBeInOrder();
        }, iter: 300);

    private static WebhookBook Made()
    {
        var book = new WebhookBook();
        book.Make(Terms, "first", new Dictionary<string, long>(), Noon);
        return book;
    }

    private static WebhookResult Failed(int status) => new(new WebhookError(WebhookErrorCode.Answered, status));

    private static NextEvent Event(long seq, long key) => new(seq, [key], 20);

    private static void Take(WebhookBook book, params NextEvent[] events) => Take(book, [], events);

    private static void Take(WebhookBook book, long[] under, params NextEvent[] events) =>
        book.Take(Batch, events, events[^1].Seq, under, Noon);

    private static List<long> Due(WebhookBook book, DateTimeOffset now, params long[] underWay) =>
        [.. book.Due(now, underWay).Select(request => request.Number)];

    private static void End(WebhookBook book, long number, WebhookResult result, DateTimeOffset now) =>
        book.End(number, now, result, now, lot: 0);
}

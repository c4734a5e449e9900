using System.Text.Json;
using CsCheck;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Messages;

namespace OrleansSale.Tests.Rules.Messages;

/// <summary>The rules of the messages that wait, and of those that ended.</summary>
public class MessageBookTests
{
    private const string Channel = "weibo";

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly PostPlace Place = new("https://shop.example/hook", true, TakesMessages: true);
    private static readonly PostResult Arrived = new(PostOutcome.Delivered), Later = new(PostOutcome.TryLater, "busy");

    [Fact]
    public void The_messages_about_an_order_come_one_after_the_other()
    {
        var book = Begun();
        Make(book, 10, order: 3);
        Make(book, 11, order: 4);
        Make(book, 12, order: 3);
        Due(book).ShouldBe([10, 11]);
        Due(book, 10).ShouldBe([11], "the second about order 3 waits for the first");
        End(book, 10, Later);
        Due(book, 11).ShouldBeEmpty("it is tried later");
        End(book, 10, new(PostOutcome.Refused, "answered 400"));
        Due(book, 11).ShouldBe([12], "what will never arrive is not waited for");
    }

    [Fact]
    public void A_try_has_the_same_id_each_time_and_no_other_message_has_it()
    {
        var book = Begun();
        Make(book, 10);
        Make(book, 11);
        var ids = book.Waiting.Select(book.IdOf).ToList();
        ids.Distinct().Count().ShouldBe(2);
        End(book, 10, Later);
        Restored(book).Waiting.Select(book.IdOf).ShouldBe(ids);
        var other = Begun(seed: "other");
        Make(other, 10);
        other.IdOf(other.Waiting[0]).ShouldNotBe(ids[0]);
    }

    [Fact]
    public void An_entry_makes_one_message_however_often_it_is_read()
    {
        var book = Begun();
        Make(book, 10);
        Make(book, 10);
        Make(book, 9);
        book.Waiting.ShouldHaveSingleItem();
        book.Look(PageTo(20), Noon);
        Make(book, 20);
        book.Waiting.ShouldHaveSingleItem("it was looked at, and nobody was to be told");
    }

    [Fact]
    public void What_happened_long_before_the_first_look_is_not_told()
    {
        var book = Begun();
        Make(book, 9, at: Noon - DeliveryRules.GiveUpAfter - TimeSpan.FromMilliseconds(1));
        book.Waiting.ShouldBeEmpty();
        // The first look decides, not the time of reading: what has to wait for room is still told.
        book.Begin(Noon.AddDays(30), "again");
        Make(book, 10, at: Noon - DeliveryRules.GiveUpAfter);
        book.Waiting.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_receiver_that_is_gone_gets_nothing_more_until_an_operator_tries_again()
    {
        var book = Begun();
        Make(book, 10);
        Make(book, 11, order: 4);
        End(book, 10, new(PostOutcome.Gone, "answered 410"));
        Make(book, 12, order: 5);
        book.Waiting.ShouldBeEmpty();
        book.Ended.Select(message => message.Delivery.State).ShouldAllBe(state => state == DeliveryState.Failed);
        book.Ended.Count.ShouldBe(3);
        book.Retry(11, "k", Noon, isUnderWay: false).Refused.ShouldBeNull();
        Due(book).ShouldBe([11]);
        Make(book, 13, order: 6);
        Due(book).ShouldBe([11, 13], "and the next ones are sent again");
    }

    [Fact]
    public void A_message_whose_user_is_not_known_any_more_ends_and_troubles_nobody()
    {
        var book = Begun();
        Make(book, 10);
        End(book, 10, Later);
        End(book, 10, result: null).ShouldBe(DeliveryState.Undeliverable);
        book.Waiting.ShouldBeEmpty();
        book.Troubled(Noon).ShouldBeEmpty();
        book.Retry(10, "k", Noon, isUnderWay: false).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void An_operator_tries_again_once_for_each_key_even_after_it_has_arrived()
    {
        var book = Begun();
        Make(book, 10);
        book.Retry(10, "k0", Noon, isUnderWay: true).Refused.ShouldBe(Refusal.Conflict, "it is under way");
        End(book, 10, new(PostOutcome.Refused, "answered 400"));
        book.Retry(10, "k1", Noon, isUnderWay: false).Value!.Delivery.State.ShouldBe(DeliveryState.Waiting);
        End(book, 10, Arrived);
        book.Retry(10, "k1", Noon, isUnderWay: false).Value!.Delivery.State.ShouldBe(DeliveryState.Delivered);
        book.Retry(10, "k2", Noon, isUnderWay: false).Refused.ShouldBe(Refusal.Conflict, "the channel has it");
        book.Retry(11, "k1", Noon, isUnderWay: false).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public void There_is_room_for_an_operators_retry_or_it_is_refused()
    {
        var book = Begun();
        Make(book, 1);
        End(book, 1, new(PostOutcome.Refused, "answered 400"));
        for (var seq = 2; book.RoomOn(Channel) > 0; seq++) Make(book, seq, order: seq);
        book.Retry(1, "k", Noon, isUnderWay: false).Refused.ShouldBe(Refusal.Conflict);
        End(book, 2, Arrived);
        book.Retry(1, "k", Noon, isUnderWay: false).Refused.ShouldBeNull();
        book.Waiting[0].Seq.ShouldBe(1, "in the order of the entries");
    }

    [Fact]
    public void What_a_channel_has_no_room_for_stays_in_the_ledger_and_holds_up_no_other_channel()
    {
        const int Later = MessageBook.MaxWaiting + 1, Elsewhere = Later + 1, Last = Elsewhere + 1;
        var book = Begun();
        for (var seq = 1; seq <= Later; seq++) Make(book, seq, order: seq);
        Make(book, Elsewhere, order: Elsewhere, channel: "shop");
        Make(book, Last, order: Last);
        book.Waiting.Select(message => message.Seq).ShouldBe([.. Enumerable.Range(1, Later - 1), Elsewhere]);
        Due(book).ShouldContain(Elsewhere);
        Due(book, 1, 2, 3, 4).ShouldBe([Elsewhere], "each channel has tries of its own");
        book = Restored(book);
        (book.Behind[Channel], book.HasWork, book.CanCatchUp).ShouldBe((Later - 1, true, null));
        for (var seq = 1; seq <= MessageBook.MinRoom; seq++) End(book, seq, Arrived);
        book.CanCatchUp.ShouldBe(Channel);
        book.CatchUp(Channel, Place, [(NewsOf(Later, Later, Noon), "alias")], Later, Noon);
        (book.Waiting[^2].Seq, book.Behind[Channel]).ShouldBe((Later, Later), "in the order of the entries");
        book.CatchUp(Channel, Place, [(NewsOf(Last, Last, Noon), "alias")], Last, Noon);
        book.Behind.ShouldBeEmpty();
        book.Waiting.Select(message => message.Seq).ShouldBe(Enumerable.Range(
            MessageBook.MinRoom + 1, Last - MessageBook.MinRoom).Select(seq => (long)seq));
    }

    [Fact]
    public void On_an_older_ledger_the_same_sequence_is_another_message()
    {
        var book = Begun();
        Make(book, 10);
        var before = book.IdOf(book.Waiting[0]);
        book.Look(PageTo(12), Noon.AddHours(1));
        book.BeginAnew("another seed");
        book.Waiting.ShouldBeEmpty();
        Make(book, 10, at: Noon);
        book.Waiting.ShouldBeEmpty("it was told");
        Make(book, 11, at: Noon.AddHours(2));
        Make(book, 10, at: Noon.AddHours(2));
        book.Waiting.ShouldHaveSingleItem();
        book.IdOf(book.Waiting[0] with { Seq = 10 }).ShouldNotBe(before);
    }

    // In whatever order things happen and wherever it is cut off, nothing is lost, doubled or out of order, and nothing
    // grows.
    [Fact]
    public void Whatever_happens_each_message_ends_once_in_the_order_of_its_order_and_the_bounds_hold()
    {
        string[] kinds = ["news", "news", "news", "tick", "tick", "arrives", "arrives", "later", "refused", "nobody",
            "cut"];
        Gen.Select(Gen.Int[0, kinds.Length - 1], Gen.Int[1, 5]).Array[1, 400].Sample(steps =>
        {
            var (book, now, seq) = (Begun(), Noon, 0);
            var stored = Restored(book);
            var (underWay, ids, ended) = (new List<long>(), new Dictionary<long, string>(), new List<StoredMessage>());
            foreach (var (kind, number) in steps)
            {
                now += TimeSpan.FromMinutes(1);
                switch (kinds[kind])
                {
                    case "news":
                        // The reader asks for no more than there is room for.
                        if (book.RoomOn(Channel) > 0) Make(book, ++seq, order: number, at: now);
                        break;
                    case "tick":
                        stored = Restored(book);
                        foreach (var due in book.Due(now, underWay))
                        {
                            underWay.Add(due.Seq);
                            ids.TryAdd(due.Seq, book.IdOf(due));
                            book.IdOf(due).ShouldBe(ids[due.Seq], "every try has the same id");
                            book.Waiting.First(other => other.Order == due.Order).Seq.ShouldBe(due.Seq);
                        }
                        break;
                    case "cut":
                        // The ledger is read again from the stored cursor, and the tries under way are repeated.
                        book = Restored(stored);
                        seq = (int)book.Cursor;
                        underWay.Clear();
                        ended.RemoveAll(message => book.Waiting.Exists(waits => waits.Seq == message.Seq));
                        break;
                    default:
                        if (underWay.Count == 0) break;
                        var tried = underWay[number % underWay.Count];
                        underWay.Remove(tried);
                        var message = book.Waiting.Find(waits => waits.Seq == tried)!;
                        if (End(book, tried, ResultOf(kinds[kind]), now) != DeliveryState.Waiting) ended.Add(message);
                        break;
                }
                underWay.Count.ShouldBeLessThanOrEqualTo(MessageBook.MaxTries);
                book.Waiting.Count.ShouldBeLessThanOrEqualTo(MessageBook.MaxWaiting);
                book.Ended.Count.ShouldBeLessThanOrEqualTo(MessageBook.MaxEnded);
                book.Waiting.Select(waits => waits.Seq).ShouldBeInOrder();
                book.Waiting.Concat(ended).Select(each => each.Seq).Order()
                    .ShouldBe(Enumerable.Range(1, seq).Select(each => (long)each), "none is lost, none comes twice");
            }
            foreach (var ofOrder in ended.GroupBy(message => message.Order))
                ofOrder.Select(message => message.Seq).ShouldBeInOrder();
        });
    }

    private static PostResult? ResultOf(string kind) => kind switch
    {
        "arrives" => Arrived,
        "later" => Later,
        "refused" => new(PostOutcome.Refused, "answered 400"),
        _ => null,
    };

    private static MessageBook Begun(string seed = "seed")
    {
        var book = new MessageBook();
        book.Begin(Noon, seed);
        return book;
    }

    private static void Make(
        MessageBook book, long seq, long order = 3, DateTimeOffset? at = null, string channel = Channel) => book.Make(
        NewsOf(seq, order, at ?? Noon), "alias", channel, Place, at ?? Noon);

    private static News NewsOf(long seq, long order, DateTimeOffset at) =>
        new(seq, at, order, MessageKind.Refunded, null, new(1, "CNY"));

    private static DeliveryState? End(MessageBook book, long seq, PostResult? result, DateTimeOffset? now = null) =>
        book.End(seq, now ?? Noon, new MessageTurn(result), Place, now ?? Noon, 0)?.State;

    private static IEnumerable<long> Due(MessageBook book, params long[] underWay) =>
        book.Due(Noon, underWay).Select(message => message.Seq);

    private static NewsPage PageTo(long seq) => new([], seq, new LedgerHead(seq, new byte[32]), IsWhole: true);

    // As stored and read again.
    private static MessageBook Restored(MessageBook book) =>
        JsonSerializer.Deserialize<MessageBook>(JsonSerializer.Serialize(book))!;
}

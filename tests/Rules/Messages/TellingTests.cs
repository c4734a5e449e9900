using System.Text.Json;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Messages;

namespace OrleansSale.Tests.Rules.Messages;

/// <summary>The rules of messages that say which batch a place in the backlog may reach.</summary>
public class TellingTests
{
    private const string Channel = "weibo", Next = "mi2-2";

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly PostPlace Place = new("https://shop.example/hook", true, TakesMessages: true);

    private readonly MessageBook _book = new() { Seed = "seed" };

    [Fact]
    public void Each_place_gets_one_message_in_order_whatever_is_read_again()
    {
        Begin().ShouldBeTrue();
        Begin().ShouldBeFalse("it has begun");
        Tell(1..3, end: 3);
        Tell(4..4, end: 9);
        _book.CanTell!.Cursor.ShouldBe(9, "the others are of other channels");
        Tell(1..0, end: null);
        _book.CanTell.ShouldBeNull();
        Begin().ShouldBeFalse("all were told");
        var restored = JsonSerializer.Deserialize<MessageBook>(JsonSerializer.Serialize(_book))!;
        restored.BeginTelling(Next, Channel).ShouldBeFalse("an activation of the actor later");

        restored.Waiting.Select(message => (message.Place, message.Alias)).ShouldBe(
            [(1, "a1"), (2, "a2"), (3, "a3"), (4, "a4")]);
        restored.Waiting.ShouldAllBe(message => message.Kind == MessageKind.NextBatch && message.Next == Next);
        restored.Waiting.Select(restored.IdOf).Distinct().Count().ShouldBe(4);
        _book.Due(Noon, []).Select(message => message.Place).ShouldBe([1, 2, 3, 4], "one waits for no other");
    }

    [Fact]
    public void A_message_about_a_place_has_a_number_that_no_entry_has()
    {
        Begin();
        Tell(1..2, end: null);
        _book.Make(
            new News(1, Noon, 1, MessageKind.Refunded, null, null), "a", Channel, Place, Noon);
        _book.Waiting.Select(message => message.Seq).ShouldBe(
            [1, MessageBook.MaxSeq + 1, MessageBook.MaxSeq + 2]);
        _book.Waiting.Select(message => message.ToView("mi2-1").Order).ShouldBe(["mi2-1.1", null, null]);
    }

    [Fact]
    public void Only_so_many_wait_and_the_next_page_begins_where_the_room_ended()
    {
        Begin();
        Tell(1..100, end: 100);
        _book.Waiting.Count.ShouldBe(MessageBook.MaxTold);
        _book.RoomOn(Channel).ShouldBe(MessageBook.MaxWaiting - MessageBook.MaxTold, "refunds have room");
        _book.CanTell.ShouldBeNull();
        _book.HasWork.ShouldBeTrue();
        for (var sent = 0; sent < MessageBook.MinRoom; sent++) Arrive();
        _book.CanTell!.Cursor.ShouldBe(MessageBook.MaxTold);
        Tell((MessageBook.MaxTold + 1)..100, end: null);
        _book.CanTell.ShouldBeNull();
        while (_book.Waiting.Count > 0) Arrive();
        _book.CanTell!.Cursor.ShouldBe(MessageBook.MaxTold + MessageBook.MinRoom);
    }

    [Fact]
    public void A_batch_that_the_places_may_not_reach_any_more_is_told_no_further_unless_it_is_announced_again()
    {
        Begin();
        Tell(1..2, end: 2);
        _book.StopTelling(_book.CanTell!);
        _book.CanTell.ShouldBeNull();
        Begin("mi2-3").ShouldBeTrue();
        _book.CanTell!.ShouldBe(new Telling("mi2-3", Channel), "another batch is told to everybody");
        _book.StopTelling(_book.CanTell!);
        Begin().ShouldBeTrue();
        _book.CanTell!.ShouldBe(new Telling(Next, Channel, Cursor: 2));
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_what_goes_on_is_not_forgotten()
    {
        for (var batch = 0; batch < MessageBook.MaxTellings; batch++) Begin($"b{batch}").ShouldBeTrue();
        Begin().ShouldBeFalse("all go on");
        _book.StopTelling(_book.Tellings[7]);
        Begin().ShouldBeTrue();
        _book.Tellings.Count.ShouldBe(MessageBook.MaxTellings);
        _book.Tellings.ShouldNotContain(telling => telling.Next == "b7");
    }

    [Fact]
    public void On_an_older_ledger_everybody_may_be_told_again_under_another_id()
    {
        Begin();
        Tell(1..1, end: null);
        var id = _book.IdOf(_book.Waiting[0]);
        _book.BeginAnew("again");
        _book.HasWork.ShouldBeFalse();
        Begin().ShouldBeTrue();
        Tell(1..1, end: null);
        _book.IdOf(_book.Waiting.ShouldHaveSingleItem()).ShouldNotBe(id);
    }

    private bool Begin(string next = Next) => _book.BeginTelling(next, Channel);

    // The places from the start to the end of the range, both inclusive.
    private void Tell(Range places, long? end)
    {
        var (from, to) = (places.Start.Value, places.End.Value);
        var own = Enumerable.Range(from, to - from + 1).Select(place => ((long)place, $"a{place}"));
        _book.Tell(_book.CanTell!, own, end, Noon);
    }

    private void Arrive()
    {
        var turn = new MessageTurn(new PostResult(PostOutcome.Delivered));
        _book.End(_book.Waiting[0].Seq, Noon, turn, Place, Noon, 0)!.State.ShouldBe(DeliveryState.Delivered);
    }
}

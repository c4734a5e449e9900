using System.Text.Json;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Messages;

namespace OrleansSale.Tests.Rules.Messages;

/// <summary>The rules of messages about holds, which nobody is told of after their deadline.</summary>
public class OfferMessageTests
{
    private const string Channel = "weibo";

    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly PostPlace Place = new("https://shop.example/hook", true, TakesMessages: true);
    private static readonly PostResult Later = new(PostOutcome.TryLater, "busy");

    [Fact]
    public void An_offer_has_its_last_turn_at_its_deadline_and_is_not_made_after_it()
    {
        var book = new MessageBook { Seed = "seed" };
        MakeOffer(book, 10, Noon.AddSeconds(1));
        MakeOffer(book, 11, Noon.AddDays(1));
        MakeOffer(book, 12, Noon);
        book.Due(Noon, []).Select(message => message.Seq).ShouldBe([10, 11], "the deadline of the third has passed");
        var slow = Later with { RetryAfter = TimeSpan.FromHours(1) };
        foreach (var seq in (long[])[10, 11]) TryAtNoon(book, seq, slow).ShouldBe(DeliveryState.Waiting);
        book.Due(Noon, []).ShouldBeEmpty();
        book.Due(Noon.AddSeconds(1), []).Select(message => message.Seq).ShouldBe([10]);
        book.End(10, Noon.AddSeconds(1), default, Place, Noon.AddSeconds(1), 0)!.State
            .ShouldBe(DeliveryState.Undeliverable, "nobody has moved it");
    }

    [Fact]
    public void An_offer_whose_deadline_was_moved_waits_for_its_next_try()
    {
        var book = new MessageBook { Seed = "seed" };
        var (deadline, moved) = (Noon.AddSeconds(1), Noon.AddDays(1));
        MakeOffer(book, 10, deadline);
        TryAtNoon(book, 10, Later with { RetryAfter = TimeSpan.FromHours(1) });
        book.End(10, deadline, new MessageTurn(null, moved), Place, deadline, 0).ShouldBeNull("nothing was tried");
        book = JsonSerializer.Deserialize<MessageBook>(JsonSerializer.Serialize(book))!;
        book.Waiting.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            message => message.PayBy.ShouldBe(moved), message => message.Delivery.Tries.ShouldBe(1));
        book.Due(Noon.AddHours(1).AddMilliseconds(-1), []).ShouldBeEmpty("the channel asked to be left alone");
        book.Due(Noon.AddHours(1), []).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_deadline_that_could_not_be_looked_up_waits_for_the_next_try()
    {
        var (book, deadline) = (new MessageBook { Seed = "seed" }, Noon.AddSeconds(1));
        MakeOffer(book, 10, deadline);
        TryAtNoon(book, 10, Later with { RetryAfter = TimeSpan.FromHours(1) });
        book.End(10, deadline, new MessageTurn(Later, deadline), Place, deadline, 0)!.State
            .ShouldBe(DeliveryState.Waiting, "nobody knows");
        book.Due(deadline, []).ShouldBeEmpty("not at once");
        book.Due(deadline.AddSeconds(5), []).ShouldHaveSingleItem();
    }

    private static void MakeOffer(MessageBook book, long seq, DateTimeOffset payBy) => book.Make(
        new News(seq, Noon, seq, MessageKind.Offer, null, null, payBy), "alias", Channel, Place, Noon);

    private static DeliveryState? TryAtNoon(MessageBook book, long seq, PostResult result) =>
        book.End(seq, Noon, new MessageTurn(result), Place, Noon, 0)?.State;
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.Grains.Backlog;

namespace OrleansSale.Tests.Rules.Backlog;

/// <summary>A range is served in the order of the ends, assigned to one batch, and never comes back.</summary>
public class BacklogBookTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private readonly BacklogBook _book = new();

    [Fact]
    public void Ranges_are_served_in_the_order_in_which_their_sales_ended_however_they_arrive()
    {
        _book.Add("mi2-3", 1, Noon.AddHours(2)).ShouldBeTrue();
        _book.Add("mi2-2", 1, Noon).ShouldBeTrue();
        _book.Add("mi2-1", 1, Noon).ShouldBeTrue();
        _book.Assign("mi2-4").ShouldBeTrue();
        _book.AssignedTo("mi2-4").ShouldBe(["mi2-1", "mi2-2", "mi2-3"]);
    }

    [Fact]
    public void A_repeat_adds_nothing_whatever_became_of_the_range()
    {
        _book.Add("mi2-1", 3, Noon);
        _book.Add("mi2-1", 2, Noon).ShouldBeFalse();
        _book.Assign("mi2-2");
        _book.Finish("mi2-2");
        _book.Add("mi2-1", 1, Noon).ShouldBeFalse();
        _book.Ranges.ShouldBe([new("mi2-1", 3, Noon, BacklogState.Carried, "mi2-2")]);
    }

    [Fact]
    public void Another_end_of_the_same_batch_begins_anew_because_its_ledger_was_restored()
    {
        _book.Add("mi2-1", 3, Noon);
        _book.Assign("mi2-2");
        _book.Add("mi2-1", 5, Noon.AddHours(1)).ShouldBeTrue();
        _book.Ranges.ShouldBe([new("mi2-1", 5, Noon.AddHours(1))]);
    }

    [Fact]
    public void A_range_is_assigned_to_one_batch_and_a_batch_gets_ranges_once()
    {
        _book.Add("mi2-1", 1, Noon);
        _book.Assign("mi2-2").ShouldBeTrue();
        _book.Assign("mi2-3").ShouldBeFalse();
        _book.Add("mi2-0", 1, Noon.AddHours(1));
        _book.Assign("mi2-2").ShouldBeFalse();
        _book.AssignedTo("mi2-2").ShouldBe(["mi2-1"]);
        _book.Assign("mi2-3").ShouldBeTrue();
        _book.AssignedTo("mi2-3").ShouldBe(["mi2-0"]);
        _book.Finish("mi2-2").ShouldBeTrue();
        _book.Finish("mi2-2").ShouldBeFalse();
        _book.AssignedTo("mi2-2").ShouldBe(["mi2-1"], "a batch that asks again gets the same");
        _book.Find("mi2-0")!.State.ShouldBe(BacklogState.Assigned);
    }

    [Fact]
    public void A_batch_does_not_carry_its_own_places()
    {
        _book.Add("mi2-1", 1, Noon);
        _book.Assign("mi2-1").ShouldBeFalse();
    }

    [Fact]
    public void A_range_is_dropped_before_it_is_assigned_and_then_nobody_gets_it()
    {
        _book.Drop("mi2-1").Refused.ShouldBe(Refusal.NotFound);
        _book.Add("mi2-1", 1, Noon);
        _book.Add("mi2-2", 1, Noon.AddHours(1));
        _book.Drop("mi2-1").Value.ShouldBe(Effect.Done);
        _book.Drop("mi2-1").Value.ShouldBe(Effect.AlreadySo);
        _book.Add("mi2-1", 1, Noon).ShouldBeFalse();
        _book.Assign("mi2-3");
        _book.AssignedTo("mi2-3").ShouldBe(["mi2-2"]);
        _book.Drop("mi2-2").Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void Only_what_waits_is_listed_as_waiting()
    {
        _book.Add("mi2-1", 1, Noon);
        _book.Assign("mi2-2");
        _book.Add("mi2-3", 1, Noon.AddHours(1));
        _book.Drop("mi2-3");
        _book.Add("mi2-5", 1, Noon.AddHours(3));
        _book.Add("mi2-4", 1, Noon.AddHours(2));
        _book.Waiting.Select(range => range.Batch).ShouldBe(["mi2-4", "mi2-5"]);
        _book.Ranges.Count.ShouldBe(4);
    }
}

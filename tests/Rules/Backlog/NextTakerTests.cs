using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Catalogue;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Backlog;

/// <summary>
/// Which batch takes the backlog of a product next, and which ones it waits for, as the catalogue knows them.
/// </summary>
public class NextTakerTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private readonly CatalogueState _catalogue = new();

    [Fact]
    public void It_is_the_first_to_open_of_those_that_have_units_for_the_backlog()
    {
        Find().ShouldBeNull();
        Add("late", 3);
        Add("soon", 2);
        Add("none", 1, terms => terms with { BacklogUnits = null });
        Add("other", 1, terms => terms with { Product = terms.Product with { Id = "mi3" } });
        Add("open", 0);
        Find().ShouldBe(new UpcomingBatch("soon", Noon.AddHours(2)));
    }

    [Fact]
    public void It_takes_all_that_waits_so_users_of_a_channel_that_it_is_not_on_are_not_told_of_one_that_opens_later()
    {
        Add("later", 2);
        Add("elsewhere", 1, terms => terms with { Channels = ["shop"] });
        Find().ShouldBeNull();
        Find("shop")!.Batch.ShouldBe("elsewhere");
    }

    [Fact]
    public void One_that_was_closed_takes_nothing_and_the_schedule_in_force_counts()
    {
        foreach (var (batch, hours) in (ReadOnlySpan<(string, int)>)[("b", 2), ("c", 3), ("d", 4)])
            Add(batch, hours);
        _catalogue.SettledAt["b"] = 7;
        Find()!.Batch.ShouldBe("c");
        var schedule = _catalogue.Batches[1].Terms.Schedule;
        _catalogue.Schedules["c"] = schedule with { SaleOpens = Noon.AddHours(5) };
        Find()!.Batch.ShouldBe("d");
        // It has work again.
        _catalogue.SettledAt["b"] = 0;
        Find()!.Batch.ShouldBe("b");
    }

    [Fact]
    public void One_that_is_hidden_opens_and_takes_it_too_and_nobody_is_told_of_it_or_of_a_later_one()
    {
        Add("a", 1);
        Add("b", 2);
        _catalogue.Hidden.Add("a");
        Find().ShouldBeNull();
        _catalogue.SettledAt["a"] = 7;
        Find()!.Batch.ShouldBe("b");
    }

    [Fact]
    public void Of_two_that_open_at_the_same_instant_nobody_knows_which_one_takes_it()
    {
        Add("late", 2);
        Add("a", 1);
        Add("b", 1);
        Find().ShouldBeNull();
        _catalogue.SettledAt["a"] = 7;
        Find()!.Batch.ShouldBe("b");
    }

    [Fact]
    public void It_waits_for_those_of_the_product_that_open_before_it_and_are_not_settled()
    {
        Add("settled", 1);
        _catalogue.SettledAt["settled"] = 7;
        Add("again", 1);
        _catalogue.SettledAt["again"] = 0;
        Add("early", 2);
        Add("other", 2, terms => terms with { Product = terms.Product with { Id = "mi3" } });
        Add("line-less", 2, terms => terms with { StandbyLimit = 0, BacklogUnits = null });
        Add("me", 3);
        Add("late", 4);
        FindEarlier("me", 3).ShouldBe(["again", "early"]);
    }

    [Fact]
    public void It_waits_by_the_schedule_in_force_and_of_two_at_the_same_instant_one_waits()
    {
        Add("a", 2);
        Add("b", 2);
        FindEarlier("a", 2).ShouldBeEmpty();
        FindEarlier("b", 2).ShouldBe(["a"]);
        var schedule = _catalogue.Batches[0].Terms.Schedule;
        _catalogue.Schedules["a"] = schedule with { SaleOpens = Noon.AddHours(3) };
        FindEarlier("a", 3).ShouldBe(["b"]);
        FindEarlier("b", 2).ShouldBeEmpty();
    }

    private UpcomingBatch? Find(string channel = "weibo") => _catalogue.FindTaker("mi2", channel, Noon);

    private string[] FindEarlier(string batch, int hours) =>
        _catalogue.FindEarlier("mi2", batch, Noon.AddHours(hours));

    private void Add(string batch, int hours, Func<BatchTerms, BatchTerms>? change = null)
    {
        var opens = Noon.AddHours(hours);
        var terms = LiveBatch.TermsOf() with
        {
            Id = batch,
            BacklogUnits = 1,
            Schedule = new Schedule(opens.AddHours(-3), opens.AddHours(-2), opens, opens.AddHours(1)),
        };
        _catalogue.Batches.Add(new CataloguedBatch((change ?? (same => same))(terms), []));
    }
}

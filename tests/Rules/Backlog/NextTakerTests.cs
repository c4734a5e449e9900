using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Catalogue;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Backlog;

/// <summary>Which batch takes the backlog of a product next, as the catalogue knows it.</summary>
public class NextTakerTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private readonly CatalogueState _catalogue = new();

    [Fact]
    public void It_is_the_first_to_open_of_those_that_have_units_for_the_backlog_on_that_channel()
    {
        Find().ShouldBeNull();
        Add("late", 3);
        Add("soon", 2);
        Add("none", 1, terms => terms with { BacklogUnits = null });
        Add("elsewhere", 1, terms => terms with { Channels = ["shop"] });
        Add("other", 1, terms => terms with { Product = terms.Product with { Id = "mi3" } });
        Add("open", 0);
        Find().ShouldBe(new UpcomingBatch("soon", Noon.AddHours(2)));
        _catalogue.FindTaker("mi2", "shop", Noon)!.Batch.ShouldBe("elsewhere");
    }

    [Fact]
    public void One_that_is_hidden_or_was_closed_takes_nothing_and_another_schedule_counts()
    {
        foreach (var (batch, hours) in (ReadOnlySpan<(string, int)>)[("a", 1), ("b", 2), ("c", 3), ("d", 4)])
            Add(batch, hours);
        _catalogue.Hidden.Add("a");
        _catalogue.SettledAt["b"] = 7;
        Find()!.Batch.ShouldBe("c");
        var schedule = _catalogue.Batches[2].Terms.Schedule;
        _catalogue.Schedules["c"] = schedule with { SaleOpens = Noon.AddHours(5) };
        Find()!.Batch.ShouldBe("d");
        // It has work again.
        _catalogue.SettledAt["b"] = 0;
        Find()!.Batch.ShouldBe("b");
    }

    private UpcomingBatch? Find() => _catalogue.FindTaker("mi2", "weibo", Noon);

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

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Catalogue;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Backlog;

/// <summary>Which batches a batch that takes the backlog waits for, as the catalogue knows them.</summary>
public class EarlierBatchTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private readonly CatalogueState _catalogue = new();

    [Fact]
    public void They_are_those_of_the_product_that_open_before_it_and_are_not_settled()
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
        Find("me", 3).ShouldBe(["again", "early"]);
    }

    [Fact]
    public void The_schedule_in_force_counts_and_of_two_at_the_same_instant_one_waits()
    {
        Add("a", 2);
        Add("b", 2);
        Find("a", 2).ShouldBeEmpty();
        Find("b", 2).ShouldBe(["a"]);
        var schedule = _catalogue.Batches[0].Terms.Schedule;
        _catalogue.Schedules["a"] = schedule with { SaleOpens = Noon.AddHours(3) };
        Find("a", 3).ShouldBe(["b"]);
        Find("b", 2).ShouldBeEmpty();
    }

    private string[] Find(string batch, int hours) => _catalogue.FindEarlier("mi2", batch, Noon.AddHours(hours));

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

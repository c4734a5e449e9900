using CsCheck;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>Medians, spreads and quotients of rounds.</summary>
public sealed class Spreads
{
    [Theory]
    [InlineData(new[] { 7.0 }, 7, 7, 7)]
    [InlineData(new[] { 9.0, 1, 5 }, 5, 1, 9)]
    [InlineData(new[] { 4.0, 1, 3, 100 }, 3.5, 1, 100)]
    public void The_median_is_in_the_middle_whatever_the_order(
        double[] values, double median, double least, double most) =>
        Spread.Of(values).ShouldBe(new Spread(median, least, most));

    [Fact]
    public void Nothing_has_no_spread() => Spread.Of([]).ShouldBeNull();

    [Fact]
    public void As_many_values_are_above_the_median_as_below_it() =>
        Gen.Double[-1e6, 1e6].Array[1, 30].Sample(values =>
        {
            var spread = Spread.Of(values)!.Value;
            values.Count(value => value < spread.Median).ShouldBeLessThanOrEqualTo(values.Length / 2);
            values.Count(value => value > spread.Median).ShouldBeLessThanOrEqualTo(values.Length / 2);
            (spread.Least, spread.Most).ShouldBe((values.Min(), values.Max()));
        });

    [Fact]
    public void A_spread_is_told_with_its_least_and_its_most() =>
        new Spread(0.5, 0.25, 1).Told("0.00").ShouldBe("0.50 (0.25–1.00)");

    [Fact]
    public void Quotients_are_taken_within_each_round() =>
        // In the second round the machine was four times slower for both. A quotient of medians would be 100 ÷ 80.
        QuotientOf(
                new() { [1] = 100, [2] = 30, [3] = 110 },
                new() { [1] = 80, [2] = 20, [3] = 100 })
            .ShouldBe(new Spread(1.25, 1.1, 1.5));

    [Fact]
    public void A_round_that_one_of_the_two_lacks_does_not_count()
    {
        var above = new Dictionary<int, double> { [1] = 10, [2] = 20, [4] = 9 };
        QuotientOf(above, new() { [2] = 10, [3] = 1, [4] = 0 }).ShouldBe(new Spread(2, 2, 2));
        QuotientOf(above, new() { [3] = 1 }).ShouldBeNull();
    }

    [Fact]
    public void A_percentile_is_the_least_latency_that_so_many_do_not_exceed()
    {
        var thousand = Enumerable.Range(1, 1_000).Reverse().Select(number => TimeSpan.FromMilliseconds(number));
        LatencyRow.Of(thousand).ShouldBe(new LatencyRow(1_000, 500, 990, 999, 1_000));
        LatencyRow.Of([TimeSpan.FromMilliseconds(7)]).ShouldBe(new LatencyRow(1, 7, 7, 7, 7));
        LatencyRow.Of([]).ShouldBe(new LatencyRow(0, 0, 0, 0, 0));
    }

    private static Spread? QuotientOf(Dictionary<int, double> above, Dictionary<int, double> below) =>
        ((Reading[])[.. ReadingsOf("above", above), .. ReadingsOf("below", below)]).Quotient("above", "below", "speed");

    private static IEnumerable<Reading> ReadingsOf(string name, Dictionary<int, double> rounds) => rounds.Select(
        round => new Reading(name, round.Key, new Dictionary<string, double> { ["speed"] = round.Value }, []));
}

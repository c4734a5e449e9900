using CsCheck;
using OrleansSale.Tests.Load.Experiments;

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
        Spread.OfQuotients(
                new Dictionary<int, double> { [1] = 100, [2] = 30, [3] = 110 },
                new Dictionary<int, double> { [1] = 80, [2] = 20, [3] = 100 })
            .ShouldBe(new Spread(1.25, 1.1, 1.5));

    [Fact]
    public void A_round_that_one_of_the_two_lacks_does_not_count()
    {
        var above = new Dictionary<int, double> { [1] = 10, [2] = 20, [4] = 9 };
        Spread.OfQuotients(above, new Dictionary<int, double> { [2] = 10, [3] = 1, [4] = 0 })
            .ShouldBe(new Spread(2, 2, 2));
        Spread.OfQuotients(above, new Dictionary<int, double> { [3] = 1 }).ShouldBeNull();
    }
}

using OrleansSale.Tests.Load.Overload;

namespace OrleansSale.Tests.Judgement.Overload;

/// <summary>When a flood is over and done with.</summary>
public sealed class Recoveries
{
    private const double Level = 30;

    [Fact]
    public void An_engine_that_a_flood_does_not_touch_is_normal_at_once() => AgainAfter(_ => 5).ShouldBe(0);

    [Fact]
    public void It_counts_to_the_half_second_from_which_on_all_is_as_before() =>
        AgainAfter(due => due < 1.3 ? 900 : 5).ShouldBe(1.5);

    [Fact]
    public void A_relapse_counts() => AgainAfter(due => due is > 4 and < 4.5 ? 900 : 5).ShouldBe(4.5);

    [Fact]
    public void A_moment_s_pause_is_no_relapse() => AgainAfter(due => due is > 4 and < 4.2 ? 150 : 5).ShouldBe(0);

    [Fact]
    public void One_who_is_refused_is_not_served_as_before() =>
        AgainAfter(due => due is > 2.1 and < 2.13 ? double.PositiveInfinity : 5).ShouldBe(2.5);

    [Fact]
    public void Whatever_never_becomes_normal_says_so() => AgainAfter(_ => 31).ShouldBeNull();

    private static double? AgainAfter(Func<double, double> latencyAt) => Trickle.NormalAgainSeconds(
        [.. Enumerable.Range(0, 400).Select(index => (index / 50.0, latencyAt(index / 50.0)))], Level);
}

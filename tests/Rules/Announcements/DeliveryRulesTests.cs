using CsCheck;
using OrleansSale.Grains.Announcements;

namespace OrleansSale.Tests.Rules.Announcements;

/// <summary>When a post that did not arrive is tried again.</summary>
public class DeliveryRulesTests
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private static readonly Gen<double> Lot = Gen.Double[0, 1];

    [Fact]
    public void The_tries_end_within_three_days_and_are_few()
    {
        Lot.Sample(lot =>
        {
            var (now, tries) = (Noon, 1);
            while (DeliveryRules.NextTry(tries, Noon, now, null, lot) is { } next)
            {
                next.ShouldBeGreaterThan(now);
                (now, tries) = (next, tries + 1);
            }
            (now - Noon).ShouldBeInRange(TimeSpan.FromDays(2.5), DeliveryRules.GiveUpAfter);
            tries.ShouldBeInRange(15, 30);
        });
    }

    [Fact]
    public void A_wait_is_never_shorter_than_the_one_before()
    {
        Gen.Int[1, 40].Sample(tries =>
            (DeliveryRules.NextTry(tries + 1, Noon, Noon, null, 0) - Noon)!.Value
                .ShouldBeGreaterThanOrEqualTo((DeliveryRules.NextTry(tries, Noon, Noon, null, 0) - Noon)!.Value));
    }

    [Fact]
    public void A_channel_that_asks_to_be_left_alone_is_left_alone_for_so_long_within_a_bound()
    {
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 1_000_000], Lot).Sample((tries, seconds, lot) =>
        {
            var asked = TimeSpan.FromSeconds(seconds);
            var next = DeliveryRules.NextTry(tries, Noon, Noon, asked, lot);
            var least = asked < DeliveryRules.MaxRetryAfter ? asked : DeliveryRules.MaxRetryAfter;
            (next - Noon)!.Value.ShouldBeGreaterThanOrEqualTo(least);
            (next - Noon)!.Value.ShouldBeLessThan(DeliveryRules.GiveUpAfter);
        });
    }
}

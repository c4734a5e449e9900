using CsCheck;
using OrleansSale.Grains.Batches.Stock;

namespace OrleansSale.Tests.Rules.Batches;

public class UnitSetTests
{
    private const int MaxUnit = 10_000_000;

    // The borders of words (64), groups (4,096) and tops (262,144), and the units before and after each.
    private static readonly int[] Borders =
    [
        1, 63, 64, 65, 127, 128, 4_031, 4_032, 4_095, 4_096, 4_097, 8_191, 8_192, 258_047, 258_048, 262_143, 262_144,
        262_145,
        266_240, 524_287, 524_288, 9_961_471, 9_961_472, MaxUnit - 1, MaxUnit,
    ];

    private static readonly Gen<int> Unit = Gen.OneOf(
        Gen.OneOf(Borders), Gen.Int[1, 200], Gen.Int[4_000, 4_200], Gen.Int[262_000, 262_300], Gen.Int[1, MaxUnit]);

    private static readonly Gen<(bool Add, int Unit)> Step =
        Gen.Select(Gen.Frequency((3, Gen.Const(true)), (2, Gen.Const(false))), Unit);

    [Fact]
    public void A_unit_set_behaves_like_a_sorted_set_of_numbers() =>
        Step.Array[1, 60].Sample(steps =>
        {
            var (set, model) = (new UnitSet(), new SortedSet<int>());
            foreach (var (add, unit) in steps)
            {
                // Mostly removes a unit that is in the set, because that tests more.
                var target = add || model.Count == 0 || unit % 4 == 0 ? unit : model.ElementAt(unit % model.Count);
                if (add) set.Add(target).ShouldBe(model.Add(target));
                else set.Remove(target).ShouldBe(model.Remove(target));
                Compare(set, model, target);
            }
            Members(set).ShouldBe(model);
        }, iter: 20 * Check.Iter);

    [Fact]
    public void A_full_set_empties_from_either_end_in_order()
    {
        var set = new UnitSet();
        const int stock = 270_000;
        for (var unit = 1; unit <= stock; unit++) set.Add(unit);
        for (var unit = 1; unit <= stock / 2; unit++)
        {
            if (set.NextAbove(-1) != unit || set.Highest() != stock - unit + 1)
                Assert.Fail($"ends are wrong at {unit}");
            set.Remove(unit);
            set.Remove(stock - unit + 1);
        }
        (set.Count, set.NextAbove(-1), set.Highest()).ShouldBe((0, -1, -1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-64)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_number_that_is_no_unit_is_not_in_the_set(int number)
    {
        var set = new UnitSet();
        set.Add(MaxUnit);
        set.Contains(number).ShouldBeFalse();
        set.Remove(number).ShouldBeFalse();
    }

    [Fact]
    public void An_empty_set_has_no_members()
    {
        var set = new UnitSet();
        (set.Count, set.NextAbove(-1), set.NextAbove(MaxUnit), set.Highest(), set.Contains(0))
            .ShouldBe((0, -1, -1, -1, false));
    }

    private static void Compare(UnitSet set, SortedSet<int> model, int unit)
    {
        set.Count.ShouldBe(model.Count);
        set.Contains(unit).ShouldBe(model.Contains(unit));
        set.Highest().ShouldBe(model.Count == 0 ? -1 : model.Max);
        foreach (var from in new[] { -1, unit - 1, unit, unit | 63, unit | 4_095, unit | 262_143 })
        {
            var above = model.GetViewBetween(from + 1, int.MaxValue);
            set.NextAbove(from).ShouldBe(above.Count == 0 ? -1 : above.Min);
        }
    }

    private static IEnumerable<int> Members(UnitSet set)
    {
        for (var unit = set.NextAbove(-1); unit >= 0; unit = set.NextAbove(unit)) yield return unit;
    }
}

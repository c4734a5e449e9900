using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Measured alone, since it counts the processor time of the whole process.</summary>
[CollectionDefinition(nameof(LongLines), DisableParallelization = true)]
[Collection(nameof(LongLines))]
public sealed class LongLines(ITestOutputHelper output)
{
    private static readonly DateTime Opens = new(2012, 12, 21, 4, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_place_costs_about_as_much_in_a_line_of_200_000_as_in_one_of_1_000()
    {
        CostOf(2_000);
        var few = Enumerable.Range(0, 20).Average(_ => CostOf(500));
        var many = CostOf(100_000);
        output.WriteLine($"{few * 1e6:F2} µs and {many * 1e6:F2} µs of processor time for a place");
        // A search along the line would make its share of the cost 200 times as dear.
        (many / few).ShouldBeLessThan(8);
    }

    // Processor time for a place, s. Half of them ask for two units, are offered one, and decline it when the line in
    // front of those who still wait is longest; each time one unit more goes to the place behind all of them.
    private static double CostOf(int half)
    {
        var violations = new Violations();
        var replay = new SaleReplay(
            new SaleTerms("mi2-1", new HashSet<string> { "weibo" }, 2 * half, 2, 900, new Amount(1, "CNY"),
                new SaleSchedule(Opens.AddHours(-2), Opens.AddHours(-1), Opens, Opens.AddHours(1)), 2 * half, 900,
                0),
            violations);
        replay.Units.Stock(2 * half);
        var aliases = Enumerable.Range(0, 4 * half).Select(number => $"a{number}").ToArray();
        var seq = 1L;
        var entry = new LedgerEntry { At = Opens, PayBy = Opens.AddSeconds(900), Reservation = 1 };
        var offers = new long[half + 1];

        var before = Environment.CpuUsage.TotalTime;
        Apply(EntryType.Opened);
        for (var unit = 1; unit <= 2 * half; unit++) Hold(aliases[^unit], unit);
        for (var place = 1; place <= 2 * half; place++)
        {
            (entry.Place, entry.Quantity, entry.Alias) = (place, place <= half ? 2 : 1, aliases[place - 1]);
            Apply(EntryType.Joined, Members.Place);
        }

        for (var place = 1; place <= half; place++)
        {
            Release(place + 2, place);
            offers[place] = Hold(aliases[place - 1], place, place);
        }

        for (var place = 1; place <= half; place++)
        {
            Release(offers[place], place);
            Hold(aliases[place - 1], place, place);
            Release(half + place + 2, half + place);
            Hold(aliases[half + place - 1], half + place, half + place);
        }

        replay.End(seq);
        var cost = (Environment.CpuUsage.TotalTime - before).TotalSeconds / (2 * half);
        violations.Kept.ShouldBeEmpty();
        (replay.Line.Places.Count, replay.Line.Waiting).ShouldBe((2 * half, 0));
        return cost;

        void Apply(EntryType type, Members present = Members.None)
        {
            (entry.Seq, entry.Type, entry.Present, entry.Key) = (++seq, type, present, null);
            replay.Apply(entry);
        }

        long Hold(string alias, int unit, long place = 0)
        {
            (entry.Alias, entry.Order, entry.Place) = (alias, seq + 1, place);
            SetUnit(unit);
            Apply(EntryType.Held, place == 0 ? Members.None : Members.Place);
            return seq;
        }

        void Release(long order, int unit)
        {
            (entry.Order, entry.Why) = (order, "cancelled");
            SetUnit(unit);
            Apply(EntryType.Released);
        }

        void SetUnit(int unit)
        {
            entry.Units.Clear();
            entry.Units.Add(unit);
        }
    }
}

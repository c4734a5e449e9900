using System.Diagnostics;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>A flood to come.</summary>
/// <param name="Ledger">At which ledger.</param>
/// <param name="Peak">Purchases a second in the closed loop.</param>
/// <param name="Factor">Arrivals as a multiple of that.</param>
/// <param name="IsFirst">Whether it is the first of its engine.</param>
internal sealed record Flood(string Ledger, double Peak, int Factor, bool IsFirst);

/// <summary>The engine's memory at a moment, in Stopwatch ticks; managed: null if it is not reported.</summary>
internal readonly record struct MemorySample(long At, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>Makes figures of what was seen.</summary>
internal static class PressureReading
{
    private const int ViolationsShown = 10;

    /// <summary>The figures of one flood.</summary>
    /// <param name="about">Which.</param>
    /// <param name="flood">Its purchases.</param>
    /// <param name="few">Those before, during and after it.</param>
    /// <param name="memory">The engine's memory, in order.</param>
    /// <param name="sale">The ledger afterwards.</param>
    /// <param name="violations">What that breaks, or lacks of what buyers were told.</param>
    /// <exception cref="InvalidOperationException">It was too short for its memory to be seen.</exception>
    public static Pressure Of(
        Flood about, Requests flood, Requests few, IReadOnlyList<MemorySample> memory, AuditedSale sale,
        IReadOnlyList<string> violations)
    {
        var (trickle, accepted) = (new Trickle(few, flood.Start, flood.End), flood.CountOf(Fate.Made));
        return new Pressure
        {
            Ledger = about.Ledger,
            Factor = about.Factor,
            IsFirst = about.IsFirst,
            PeakPerSecond = about.Peak,
            IntendedPerSecond = about.Peak * about.Factor,
            Seconds = Stopwatch.GetElapsedTime(flood.Start, flood.End).TotalSeconds,
            Sent = flood.Count,
            Accepted = accepted,
            Overloaded = flood.CountOf(Fate.Overloaded),
            Undecided = flood.CountOf(Fate.Undecided) + few.CountOf(Fate.Undecided),
            Others = Others(flood, few),
            AcceptedPerSecond = flood.MadePerSecond(flood.Start, flood.End),
            AcceptedMs = LatencyRow.Of(flood.Latencies(Fate.Made)),
            OverloadedMs = LatencyRow.Of(flood.Latencies(Fate.Overloaded)),
            RetryAfter = flood.RetryAfter(),
            BeforeMs = LatencyRow.Of(trickle.LatenciesBefore),
            AfterMs = LatencyRow.Of(trickle.LatenciesAfter(TimeSpan.FromSeconds(OverloadFindings.NormalWithinSeconds))),
            LevelMs = trickle.Level,
            NormalAgainSeconds = trickle.NormalAgainSeconds(),
            LastAnswerSeconds =
                Stopwatch.GetElapsedTime(flood.End, Math.Max(flood.End, flood.LastAnswer())).TotalSeconds,
            Resident = Memory(sample => sample.ResidentMegabytes)
                ?? throw new InvalidOperationException("the flood was too short"),
            Managed = memory.All(sample => sample.ManagedMegabytes is not null)
                ? Memory(sample => sample.ManagedMegabytes!.Value)
                : null,
            OrdersNotTold = sale.Orders.Count - accepted - few.CountOf(Fate.Made),
            Violations = [.. violations.Take(ViolationsShown)],
            Entries = sale.Entries,
        };

        MemoryRow? Memory(Func<MemorySample, double> megabytes) =>
            MemoryOf([.. memory.Select(sample => (sample.At, megabytes(sample)))], flood.Start, flood.End);
    }

    /// <summary>The answers that are neither a new order nor <c>overloaded</c>, by code.</summary>
    public static SortedDictionary<string, int> Others(params IReadOnlyList<Requests> all)
    {
        var counts = all.SelectMany(one => one.Refusals)
            .Concat(all.Select(one => KeyValuePair.Create("http-200", one.CountOf(Fate.Repeated))))
            .Concat(all.Select(one => KeyValuePair.Create("overloaded", -one.CountOf(Fate.Overloaded))));
        return new(counts.GroupBy(one => one.Key, one => one.Value).Where(code => code.Sum() != 0)
            .ToDictionary(code => code.Key, code => code.Sum()), StringComparer.Ordinal);
    }

    /// <summary>What samples of a flood's memory say, in megabytes and order; null: a part was not seen.</summary>
    public static MemoryRow? MemoryOf(IReadOnlyList<(long At, double Megabytes)> samples, long start, long end)
    {
        var third = (end - start) / 3;
        var before = samples.Where(sample => sample.At < start).Select(sample => sample.Megabytes).ToList();
        var during = samples.Where(sample => sample.At >= start).ToList();
        var (middle, late) = (Median(start + third, end - third), Median(end - third, end));
        if (before.Count == 0 || middle is null || late is null) return null;
        return new MemoryRow(
            before[^1], middle.Value.Median, late.Value.Median, during.Max(sample => sample.Megabytes),
            during[^1].Megabytes);

        Spread? Median(long from, long to) =>
            Spread.Of(during.Where(sample => sample.At >= from && sample.At < to).Select(sample => sample.Megabytes));
    }
}

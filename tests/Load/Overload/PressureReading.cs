using System.Diagnostics;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>A flood to come.</summary>
/// <param name="Ledger">At which ledger.</param>
/// <param name="Peak">Purchases a second in the closed loop.</param>
/// <param name="Factor">Arrivals as a multiple of that.</param>
/// <param name="IsFirst">Whether it is the first of its engine.</param>
internal sealed record Flood(string Ledger, double Peak, int Factor, bool IsFirst);

/// <summary>What saw a flood.</summary>
/// <param name="Flood">Its purchases.</param>
/// <param name="Trickle">Those before, during and after it.</param>
/// <param name="Memory">The engine's memory.</param>
/// <param name="Sale">The ledger afterwards.</param>
/// <param name="Violations">What that breaks, or lacks of what buyers were told.</param>
internal sealed record Witnesses(
    Requests Flood, Requests Trickle, IReadOnlyList<MemorySample> Memory, AuditedSale Sale,
    IReadOnlyList<string> Violations);

/// <summary>Makes figures of what was seen.</summary>
internal static class PressureReading
{
    private const int ViolationsShown = 10;

    /// <summary>The figures of one flood.</summary>
    /// <exception cref="InvalidOperationException">It was too short for its memory to be seen.</exception>
    public static Pressure Of(Flood about, Witnesses seen)
    {
        var (flood, trickle) = (seen.Flood, new Trickle(seen.Trickle, seen.Flood.Start, seen.Flood.End));
        var accepted = flood.CountOf(Fate.Made);
        var resident = MemoryOf(seen, sample => sample.ResidentMegabytes)
            ?? throw new InvalidOperationException("the flood was too short");
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
            Undecided = flood.CountOf(Fate.Undecided) + seen.Trickle.CountOf(Fate.Undecided),
            Others = Others(flood, seen.Trickle),
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
            Resident = resident,
            Managed = seen.Memory.All(sample => sample.ManagedMegabytes is not null)
                ? MemoryOf(seen, sample => sample.ManagedMegabytes!.Value)
                : null,
            OrdersNotTold = seen.Sale.Orders.Count - accepted - seen.Trickle.CountOf(Fate.Made),
            Violations = [.. seen.Violations.Take(ViolationsShown)],
            Entries = seen.Sale.Entries,
        };
    }

    /// <summary>The answers that are neither a new order nor <c>overloaded</c>, by code.</summary>
    public static SortedDictionary<string, int> Others(params IReadOnlyList<Requests> all)
    {
        var others = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var requests in all)
        {
            foreach (var (code, count) in requests.Refusals.Snapshot()) Add(code, count);
            Add("http-200", requests.CountOf(Fate.Repeated));
            Add("overloaded", -requests.CountOf(Fate.Overloaded));
        }

        return others;

        void Add(string code, int count)
        {
            others[code] = others.GetValueOrDefault(code) + count;
            if (others[code] == 0) others.Remove(code);
        }
    }

    private static MemoryRow? MemoryOf(Witnesses seen, Func<MemorySample, double> megabytes) =>
        OverloadFindings.MemoryOf(
        [.. seen.Memory.Select(sample => (sample.At, megabytes(sample)))], seen.Flood.Start, seen.Flood.End);
}

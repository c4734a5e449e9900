using System.Diagnostics;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>Who saw a flood.</summary>
/// <param name="Flood">Its purchases.</param>
/// <param name="Trickle">Those before, during and after it.</param>
/// <param name="Memory">The engine's memory.</param>
/// <param name="Sale">The ledger afterwards.</param>
internal sealed record Witnesses(Flood Flood, Flood Trickle, IReadOnlyList<MemorySample> Memory, AuditedSale Sale);

/// <summary>Makes figures of what was seen.</summary>
internal static class PressureReading
{
    private const int ViolationsShown = 10;

    /// <summary>The figures of one flood.</summary>
    /// <exception cref="InvalidOperationException">It was too short for its memory to be seen.</exception>
    public static Pressure Of(string ledger, double peak, int factor, bool isFirst, Witnesses seen)
    {
        var (flood, trickle) = (seen.Flood, new Trickle(seen.Trickle, seen.Flood.Start, seen.Flood.End));
        var (accepted, others) = (flood.CountOf(Fate.Accepted), flood.Others.Snapshot());
        foreach (var (code, count) in seen.Trickle.Others.Snapshot()) others[code] = others.GetValueOrDefault(code) + count;
        var resident = MemoryOf(seen, sample => sample.ResidentMegabytes) ?? throw new InvalidOperationException("the flood was too short");
        return new Pressure
        {
            Ledger = ledger,
            Factor = factor,
            IsFirst = isFirst,
            PeakPerSecond = peak,
            IntendedPerSecond = peak * factor,
            Seconds = Stopwatch.GetElapsedTime(flood.Start, flood.End).TotalSeconds,
            Sent = flood.Count,
            Accepted = accepted,
            Overloaded = flood.CountOf(Fate.Overloaded),
            Undecided = flood.CountOf(Fate.Undecided) + seen.Trickle.CountOf(Fate.Undecided),
            Others = others,
            AcceptedPerSecond = flood.AcceptedPerSecond(flood.Start, flood.End),
            AcceptedMs = LatencyRow.Of(flood.Latencies(Fate.Accepted)),
            OverloadedMs = LatencyRow.Of(flood.Latencies(Fate.Overloaded)),
            RetryAfter = flood.RetryAfter(),
            BeforeMs = LatencyRow.Of(trickle.LatenciesBefore),
            AfterMs = LatencyRow.Of(trickle.LatenciesAfter(TimeSpan.FromSeconds(OverloadFindings.NormalWithinSeconds))),
            LevelMs = trickle.Level,
            NormalAgainSeconds = trickle.NormalAgainSeconds(),
            LastAnswerSeconds = Stopwatch.GetElapsedTime(flood.End, Math.Max(flood.End, flood.LastAnswer())).TotalSeconds,
            Resident = resident,
            Managed = seen.Memory.All(sample => sample.ManagedMegabytes is not null)
                ? MemoryOf(seen, sample => sample.ManagedMegabytes!.Value)
                : null,
            OrdersNotTold = seen.Sale.Orders.Count - accepted - seen.Trickle.CountOf(Fate.Accepted),
            Violations = [.. FloodAudit.Violations(seen.Sale, seen.Flood, seen.Trickle).Take(ViolationsShown)],
            Entries = seen.Sale.Entries,
        };
    }

    private static MemoryRow? MemoryOf(Witnesses seen, Func<MemorySample, double> megabytes) => OverloadFindings.MemoryOf(
        [.. seen.Memory.Select(sample => (sample.At, megabytes(sample)))], seen.Flood.Start, seen.Flood.End);
}

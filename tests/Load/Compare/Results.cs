using HdrHistogram;
using OrleansSale.Tests.Load.Compare.Machine;

namespace OrleansSale.Tests.Load.Compare.Figures;

/// <summary>What a contender did in one turn.</summary>
/// <param name="Round">Which round, from 1.</param>
/// <param name="Contender">Who.</param>
/// <param name="Closed">The closed loop, one for each number of connections.</param>
/// <param name="Open">The open loop, one for each share of the peak.</param>
/// <param name="Findings">What the audits found; empty if nothing is wrong.</param>
internal sealed record TurnResult(
    int Round, Contender Contender, IReadOnlyList<ClosedResult> Closed, IReadOnlyList<OpenResult> Open, IReadOnlyList<string> Findings)
{
    /// <summary>The most it answered in a second, with the connections that suit it best.</summary>
    public double Peak => Closed.Max(closed => closed.PerSecond);
}

/// <summary>One measurement of the closed loop.</summary>
/// <param name="Connections">Connections.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Good">Answers that are what they must be.</param>
/// <param name="Bad">Other answers, and answers that did not come in time.</param>
/// <param name="P50Ms">Median latency in ms, from the sending.</param>
/// <param name="P99Ms">The 99th percentile of it.</param>
/// <param name="Usage">Where the processor time went.</param>
internal sealed record ClosedResult(
    int Connections, double Seconds, long Good, long Bad, double P50Ms, double P99Ms, Usage Usage)
{
    /// <summary>Good answers a second.</summary>
    public double PerSecond => Good / Seconds;

    /// <summary>Processor time of the web server and its store for one answer, in µs.</summary>
    public double ServerMicroseconds => (Usage.HostSeconds + Usage.StoreSeconds) * 1e6 / Math.Max(1, Good);

    /// <summary>Processor time of the generator for one answer, in µs.</summary>
    public double GeneratorMicroseconds => Usage.GeneratorSeconds * 1e6 / Math.Max(1, Good);
}

/// <summary>One measurement of the open loop.</summary>
/// <param name="Percent">Arrivals in percent of the peak of this turn.</param>
/// <param name="IntendedPerSecond">How many were to start in a second.</param>
/// <param name="PerSecond">Good answers a second, to the last answer.</param>
/// <param name="Good">Answers that are what they must be.</param>
/// <param name="Bad">Other answers, and answers that did not come.</param>
/// <param name="Latencies">In µs from the intended start.</param>
/// <param name="Usage">Where the processor time went.</param>
internal sealed record OpenResult(
    int Percent, double IntendedPerSecond, double PerSecond, long Good, long Bad, LongHistogram Latencies, Usage Usage)
{
    /// <summary>Below this share of the intended rate a queue has built up, and latencies say how long it was.</summary>
    public const double SustainedShare = 0.97;

    /// <summary>Whether the contender, and the generator beside it, kept up.</summary>
    public bool IsSustained => PerSecond >= IntendedPerSecond * SustainedShare;
}

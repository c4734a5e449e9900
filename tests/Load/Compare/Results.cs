using System.Text.Json.Serialization;
using HdrHistogram;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>What a contender did in one turn.</summary>
/// <param name="Round">Which round, from 1.</param>
/// <param name="Contender">Which contender.</param>
/// <param name="Closed">The closed loop, one for each number of connections.</param>
/// <param name="Open">The open loop, one for each share of the peak.</param>
/// <param name="Findings">What the audits found; empty if nothing is wrong.</param>
internal sealed record TurnResult(
    int Round, Contender Contender, IReadOnlyList<ClosedResult> Closed, IReadOnlyList<OpenResult> Open,
    IReadOnlyList<string> Findings)
{
    /// <summary>The most it answered in a second, with the connections that suit it best.</summary>
    public double Peak => Closed.Max(closed => closed.PerSecond);
}

/// <summary>A measurement of a contender, and where the processor time went.</summary>
internal abstract record Result([property: JsonIgnore] Usage Used) : Usage(Used)
{
    public required int Round { get; init; }
    public required string Contender { get; init; }

    /// <summary>Answers that are what they must be.</summary>
    public required long Good { get; init; }

    /// <summary>Other answers, and answers that did not come in time.</summary>
    public required long Bad { get; init; }
}

/// <summary>One measurement of the closed loop. Latencies count from the sending.</summary>
internal sealed record ClosedResult(Usage Used) : Result(Used)
{
    public required int Connections { get; init; }
    public required double Seconds { get; init; }
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }

    /// <summary>Good answers a second.</summary>
    public double PerSecond => Good / Seconds;

    /// <summary>Processor time of the web server and its store for one answer; of the generator.</summary>
    public double ServerMicroseconds => (HostSeconds + StoreSeconds) * 1e6 / Math.Max(1, Good);
    public double GeneratorMicroseconds => GeneratorSeconds * 1e6 / Math.Max(1, Good);
}

/// <summary>One measurement of the open loop. Latencies count from the intended start.</summary>
internal sealed record OpenResult(Usage Used, [property: JsonIgnore] LongHistogram Latencies) : Result(Used)
{
    /// <summary>Below this share of the intended rate a queue has built up, and latencies measure the queue.</summary>
    public const double SustainedShare = 0.97;

    /// <summary>Arrivals in percent of the peak of this turn.</summary>
    public required int Percent { get; init; }
    public required double IntendedPerSecond { get; init; }

    /// <summary>Good answers a second, to the last answer.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Whether the contender, and the generator beside it, kept up.</summary>
    public bool Sustained => PerSecond >= IntendedPerSecond * SustainedShare;
    public double P50Ms => Latencies.Milliseconds(50);
    public double P99Ms => Latencies.Milliseconds(99);
    public double P999Ms => Latencies.Milliseconds(99.9);
    public double MaxMs => Latencies.Milliseconds(100);
}

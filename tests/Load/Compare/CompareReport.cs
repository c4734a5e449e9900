using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Compare.Report;

/// <summary>What a comparison measured and found. Written as JSON with camelCase names.</summary>
internal sealed record CompareReport
{
    public required Surroundings Surroundings { get; init; }

    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    public required int WarmUpSeconds { get; init; }

    /// <summary>Medians over the rounds, of the quotients within each: peak against peak.</summary>
    public required IReadOnlyDictionary<string, double> Ratios { get; init; }

    /// <summary>The same with the least and the most, and at each number of connections.</summary>
    public required IReadOnlyList<RatioReport> RatioSpreads { get; init; }

    public required IReadOnlyList<ContenderReport> Contenders { get; init; }

    /// <summary>Every measurement of the closed loop.</summary>
    public required IReadOnlyList<ClosedRow> ClosedLoop { get; init; }

    /// <summary>Every measurement of the open loop.</summary>
    public required IReadOnlyList<OpenRow> OpenLoop { get; init; }

    /// <summary>What a reader must know that is not in the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CompareJson.Default.CompareReport);
}

/// <summary>Where it was measured.</summary>
/// <param name="Machine">Cores, processor, system.</param>
/// <param name="Programs">Versions of what was measured and measured with.</param>
/// <param name="FsyncMicroseconds">Median of an append of 4 KiB and its fsync where the data was, in µs.</param>
internal sealed record Surroundings(string Machine, IReadOnlyList<string> Programs, double FsyncMicroseconds);

/// <summary>A ratio.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Goal">The least that is aimed at; null: it is only reported.</param>
/// <param name="Peak">Of the peaks.</param>
/// <param name="ByConnections">At each number of connections.</param>
/// <param name="ByProcessorTime">What it would be if it were for the processor time of one answer alone.</param>
internal sealed record RatioReport(
    string Name, double? Goal, SpreadRow Peak, IReadOnlyDictionary<string, SpreadRow> ByConnections, SpreadRow ByProcessorTime);

/// <summary>The middle one, the least and the most of several rounds.</summary>
internal sealed record SpreadRow(double Median, double Least, double Most);

/// <summary>A contender over all rounds.</summary>
internal sealed record ContenderReport
{
    public required string Letter { get; init; }

    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Durability { get; init; }

    /// <summary>Whether it is the engine.</summary>
    public required bool IsOurs { get; init; }

    /// <summary>Good answers a second, in each round with the connections that suit it best.</summary>
    public required SpreadRow PeakPerSecond { get; init; }

    /// <summary>Good answers a second at each number of connections.</summary>
    public required IReadOnlyDictionary<string, SpreadRow> PerSecond { get; init; }

    /// <summary>Processor time of the web server and its store for one answer of the closed loop, in µs; the median.</summary>
    public required double ServerMicroseconds { get; init; }

    /// <summary>Processor time of the generator for one answer of the closed loop, in µs; the median.</summary>
    public required double GeneratorMicroseconds { get; init; }

    public required IReadOnlyList<LatencyReport> Latencies { get; init; }

    /// <summary>What is wrong with it; empty if nothing is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
}

/// <summary>Latencies of all rounds at one share of the peak, from the intended start.</summary>
/// <param name="Percent">Arrivals in percent of the peak.</param>
/// <param name="IntendedPerSecond">How many were to start in a second; the median.</param>
/// <param name="SustainedRounds">In how many rounds the contender, and the generator beside it, kept up.</param>
/// <param name="Milliseconds">By percentile.</param>
internal sealed record LatencyReport(
    int Percent, double IntendedPerSecond, int SustainedRounds, IReadOnlyDictionary<string, double> Milliseconds);

/// <summary>A measurement of the closed loop.</summary>
internal sealed record ClosedRow(
    int Round, string Contender, int Connections, double Seconds, long Good, long Bad, double PerSecond, double P50Ms, double P99Ms,
    double HostSeconds, double StoreSeconds, double GeneratorSeconds, double OthersShare);

/// <summary>A measurement of the open loop.</summary>
internal sealed record OpenRow(
    int Round, string Contender, int Percent, double IntendedPerSecond, double PerSecond, bool Sustained, long Good, long Bad,
    double P50Ms, double P99Ms, double P999Ms, double MaxMs,
    double HostSeconds, double StoreSeconds, double GeneratorSeconds, double OthersShare);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CompareReport))]
internal sealed partial class CompareJson : JsonSerializerContext;

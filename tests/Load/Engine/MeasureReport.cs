using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Compare.Report;

namespace OrleansSale.Tests.Load.Engine.Report;

/// <summary>
/// What the engine's actors were measured to do. Written as JSON with camelCase names; the measures of the design have their own,
/// and are by ledger: medians of the rounds.
/// </summary>
internal sealed record MeasureReport
{
    public required Surroundings Surroundings { get; init; }

    /// <summary>What the runtime was told: the engine's own settings.</summary>
    public required string Runtime { get; init; }

    /// <summary>Size of the batches as a share of their full one. Below 1 every name and goal is still that of the full size.</summary>
    public required double Scale { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Calls of 256 purchases that were under way at a time.</summary>
    public required int CallsInFlight { get; init; }

    /// <summary>Durable purchases a second in calls of 256, ten batches of 500,000.</summary>
    [JsonPropertyName("units_per_second")]
    public required IReadOnlyDictionary<string, double> UnitsPerSecond { get; init; }

    /// <summary>The same through a lane with 512 waiting buyers.</summary>
    [JsonPropertyName("units_per_second_lane")]
    public required IReadOnlyDictionary<string, double> UnitsPerSecondLane { get; init; }

    /// <summary>Time for a unit: one batch of 5,000,000 ÷ 500 batches of 10,000; quotients within each round.</summary>
    [JsonPropertyName("cost_ratio_5m_to_10k")]
    public required IReadOnlyDictionary<string, double> CostRatio { get; init; }

    /// <summary>Bytes of memory in use that a held unit keeps: the most of all shapes.</summary>
    [JsonPropertyName("bytes_per_hold")]
    public required IReadOnlyDictionary<string, double> BytesPerHold { get; init; }

    /// <summary>Seconds to replay a batch's ledger of 1,000,000 purchases.</summary>
    [JsonPropertyName("replay_seconds_1m")]
    public required IReadOnlyDictionary<string, double> ReplaySeconds { get; init; }

    public required IReadOnlyList<LedgerReport> Ledgers { get; init; }

    /// <summary>Every sale.</summary>
    public required IReadOnlyList<SaleRow> Sales { get; init; }

    /// <summary>Every replay.</summary>
    public required IReadOnlyList<ReplayRow> Replays { get; init; }

    /// <summary>What a reader must know that is not in the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What the checks found wrong; empty if nothing is.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, MeasureJson.Default.MeasureReport);
}

/// <summary>A ledger over all rounds.</summary>
/// <param name="Ledger">Its name.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
/// <param name="Goals">The measures of the design, as far as they were taken.</param>
/// <param name="Shapes">What was sold.</param>
/// <param name="Replay">The replays.</param>
/// <param name="CostRatioByProcessor">The cost ratio by processor time, of this process and the server, instead of by time.</param>
internal sealed record LedgerReport(
    string Ledger, string Durability, IReadOnlyList<GoalReport> Goals, IReadOnlyList<ShapeReport> Shapes, ReplayReport Replay,
    SpreadRow CostRatioByProcessor);

/// <summary>A measure of the design.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Goal">What is aimed at.</param>
/// <param name="IsMost">Whether the goal is the most it may be, and not the least.</param>
/// <param name="Measured">What it is.</param>
/// <param name="IsReached">Whether the median reaches it; null: it was measured at another size than the goal is for.</param>
internal sealed record GoalReport(string Name, double Goal, bool IsMost, SpreadRow Measured, bool? IsReached);

/// <summary>One of the sales over all rounds; all but the first two of its figures are medians.</summary>
internal sealed record ShapeReport
{
    public required string Shape { get; init; }

    public required string Title { get; init; }

    /// <summary>Units a second.</summary>
    public required SpreadRow PerSecond { get; init; }

    /// <summary>Processor time of this process, who asks included, for a unit, in µs.</summary>
    public required double ProcessorMicroseconds { get; init; }

    /// <summary>Processor time of the database server for a unit, in µs; 0 if there is none.</summary>
    public required double ServerMicroseconds { get; init; }

    /// <summary>Bytes allocated for a unit, by who asks too.</summary>
    public required double AllocatedBytes { get; init; }

    public required double Commits { get; init; }

    public required double JoinedPerCommit { get; init; }

    /// <summary>How long an append took, on average, in µs.</summary>
    public required double AppendMicroseconds { get; init; }

    /// <summary>Bytes of an entry as stored.</summary>
    public required double BytesPerEntry { get; init; }

    public required double BytesPerHold { get; init; }

    /// <summary>Share of the time in which the garbage collector made everybody wait.</summary>
    public required double PausedShare { get; init; }
}

/// <summary>The replays of a ledger over all rounds.</summary>
internal sealed record ReplayReport(
    long Entries, SpreadRow Seconds, double ProcessorMicrosecondsPerEntry, double AllocatedBytesPerEntry, double BytesPerHold);

/// <summary>A sale.</summary>
internal sealed record SaleRow(
    int Round, string Ledger, string Shape, int Batches, int UnitsEach, double Seconds, double PerSecond, double ProcessorSeconds,
    double ServerSeconds, long AllocatedBytes, long Commits, long Entries, double AppendMicroseconds, long HeldBytes, double PauseSeconds,
    int FullCollections, long AskedAgain, double OthersShare);

/// <summary>A replay.</summary>
internal sealed record ReplayRow(
    int Round, string Ledger, long Entries, double Seconds, double ProcessorSeconds, long AllocatedBytes, long HeldBytes, double OthersShare);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MeasureReport))]
internal sealed partial class MeasureJson : JsonSerializerContext;

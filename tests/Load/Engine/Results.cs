using System.Diagnostics;
using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>A measurement of a sale, from the first call to the last answer.</summary>
internal sealed record SaleResult : Cost
{
    public SaleResult(Cost cost, Shape sold)
        : base(cost) => Sold = sold;

    public required int Round { get; init; }
    public required string Ledger { get; init; }

    [JsonIgnore]
    public Shape Sold { get; }
    public required long HeldBytes { get; init; }
    public required long AskedAgain { get; init; }
    public required IReadOnlyList<string> Findings { get; init; }
    public string Shape => Sold.Name;
    public int Batches => Sold.Batches;
    public int UnitsEach => Sold.UnitsEach;
    public long Commits => Appended.Commits;
    public long Entries => Appended.Entries;
    public double PerSecond => Sold.Units / Seconds;
    public double ProcessorMicroseconds => ProcessorSeconds * 1e6 / Sold.Units;
    public double ServerMicroseconds => ServerSeconds * 1e6 / Sold.Units;
    public double BytesPerHold => (double)HeldBytes / Sold.Units;
    public double JoinedPerCommit => (double)Entries / Math.Max(1, Commits);
    public double AppendMicroseconds => (double)Appended.Ticks / Stopwatch.Frequency * 1e6 / Math.Max(1, Commits);
}

/// <summary>A measurement of a replay.</summary>
internal sealed record ReplayResult : Cost
{
    public ReplayResult(Cost cost)
        : base(cost)
    {
    }

    public required int Round { get; init; }
    public required string Ledger { get; init; }
    public required long Entries { get; init; }
    public required long HeldBytes { get; init; }
    public required IReadOnlyList<string> Findings { get; init; }
}

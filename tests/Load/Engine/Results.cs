using System.Diagnostics;
using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>A measurement of a sale, from the first call to the last answer.</summary>
internal sealed record SaleResult : Cost
{
    public SaleResult(Cost cost, Shape sold)
        : base(cost) => Sold = sold;

    /// <summary>Which round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>On which ledger.</summary>
    public required string Ledger { get; init; }

    /// <summary>What was sold.</summary>
    [JsonIgnore]
    public Shape Sold { get; }

    /// <summary>What the holds have added to the memory in use, their users' names included.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>Purchases that were asked again because no answer came.</summary>
    public required long AskedAgain { get; init; }

    /// <summary>What is wrong with it; empty if nothing is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
    public string Shape => Sold.Name;
    public int Batches => Sold.Batches;
    public int UnitsEach => Sold.UnitsEach;
    public long Commits => Appended.Commits;
    public long Entries => Appended.Entries;

    /// <summary>Units a second.</summary>
    public double PerSecond => Sold.Units / Seconds;

    /// <summary>Processor time of this process for a unit, in µs.</summary>
    public double ProcessorMicroseconds => ProcessorSeconds * 1e6 / Sold.Units;

    /// <summary>Processor time of the database server for a unit, in µs.</summary>
    public double ServerMicroseconds => ServerSeconds * 1e6 / Sold.Units;

    /// <summary>Bytes of memory that a held unit keeps.</summary>
    public double BytesPerHold => (double)HeldBytes / Sold.Units;

    /// <summary>Purchases that a commit carried, on average.</summary>
    public double JoinedPerCommit => (double)Entries / Math.Max(1, Commits);

    /// <summary>How long an append took, on average, in µs.</summary>
    public double AppendMicroseconds => (double)Appended.Ticks / Stopwatch.Frequency * 1e6 / Math.Max(1, Commits);
}

/// <summary>A measurement of a replay.</summary>
internal sealed record ReplayResult : Cost
{
    public ReplayResult(Cost cost)
        : base(cost)
    {
    }

    /// <summary>Which round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>From which ledger.</summary>
    public required string Ledger { get; init; }

    /// <summary>Entries: one for each purchase, and the batch's creation.</summary>
    public required long Entries { get; init; }

    /// <summary>Memory that the replayed state takes.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>What is wrong with it; empty if nothing is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
}

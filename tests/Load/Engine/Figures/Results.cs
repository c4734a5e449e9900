using System.Diagnostics;

namespace OrleansSale.Tests.Load.Engine.Figures;

/// <summary>A measurement of a sale.</summary>
/// <param name="Round">Which round, from 1.</param>
/// <param name="Ledger">On which ledger.</param>
/// <param name="Shape">What was sold.</param>
/// <param name="Cost">What it took, from the first call to the last answer.</param>
/// <param name="HeldBytes">What the holds have added to the memory in use, their users' names included.</param>
/// <param name="AskedAgain">Purchases that were asked again because no answer came.</param>
/// <param name="Findings">What is wrong with it; empty if nothing is.</param>
internal sealed record SaleResult(
    int Round, string Ledger, Shape Shape, Cost Cost, long HeldBytes, long AskedAgain, IReadOnlyList<string> Findings)
{
    /// <summary>Units a second.</summary>
    public double PerSecond => Shape.Units / Cost.Seconds;

    /// <summary>Processor time of this process for a unit, in µs.</summary>
    public double ProcessorMicroseconds => Cost.ProcessorSeconds * 1e6 / Shape.Units;

    /// <summary>Processor time of the database server for a unit, in µs.</summary>
    public double ServerMicroseconds => Cost.ServerSeconds * 1e6 / Shape.Units;

    /// <summary>Bytes allocated for a unit.</summary>
    public double AllocatedBytes => (double)Cost.AllocatedBytes / Shape.Units;

    /// <summary>Bytes of memory that a held unit keeps.</summary>
    public double BytesPerHold => (double)HeldBytes / Shape.Units;

    /// <summary>Purchases that a commit carried, on average.</summary>
    public double JoinedPerCommit => (double)Cost.Ledger.Entries / Math.Max(1, Cost.Ledger.Commits);

    /// <summary>How long an append took, on average, in µs.</summary>
    public double AppendMicroseconds => (double)Cost.Ledger.Ticks / Stopwatch.Frequency * 1e6 / Math.Max(1, Cost.Ledger.Commits);
}

/// <summary>A measurement of a replay.</summary>
/// <param name="Round">Which round, from 1.</param>
/// <param name="Ledger">From which ledger.</param>
/// <param name="Entries">Entries: one for each purchase, and the batch's creation.</param>
/// <param name="Cost">What it took.</param>
/// <param name="HeldBytes">Memory that the replayed state takes.</param>
/// <param name="Findings">What is wrong with it; empty if nothing is.</param>
internal sealed record ReplayResult(
    int Round, string Ledger, long Entries, Cost Cost, long HeldBytes, IReadOnlyList<string> Findings);

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>What a batch and its ledger say once its units are sold.</summary>
/// <param name="Proof">What its ledger proves; null if it was not read back.</param>
internal sealed record SoldBatch(string Id, BatchSnapshot Board, LedgerProof? Proof);

/// <summary>What a stored ledger proves.</summary>
/// <param name="Violations">What is wrong with it, in words: the first ones.</param>
internal sealed record LedgerProof(
    long HeadSeq, string HeadHash, int Held, int Orders, IReadOnlyList<string> Violations)
{
    private const int ViolationsShown = 5;

    public static LedgerProof Of(AuditedSale sale) => new(
        sale.HeadSeq, sale.HeadHash, sale.Units.Held, sale.Orders.Count,
        [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
}

/// <summary>Judges a measurement: whether what was asked for was sold, once, and stored.</summary>
internal static class SaleJudge
{
    /// <summary>Entries of a batch besides its holds: its creation and its opening.</summary>
    public const int OtherEntries = 2;
    private const int BatchesNamed = 3;

    public static IReadOnlyList<string> Judge(Shape shape, Tally tally, IReadOnlyList<SoldBatch> batches)
    {
        List<string> findings = [.. tally.Wrong.Select(wrong => $"{wrong.Value} {wrong.Key}")];
        if (tally.Made != shape.Units)
            findings.Add($"{tally.Made} units were told as held, of {shape.Units} asked for");
        // Each of the numbers 1 to n once: more than one unit told twice can hide in a sum, but not from the ledger's
        // replay.
        var numbers = shape.Batches * ((long)shape.UnitsEach * (shape.UnitsEach + 1) / 2);
        if (findings.Count == 0 && tally.UnitNumbers != numbers)
            findings.Add($"the units' numbers add up to {tally.UnitNumbers} instead of {numbers}");
        if (batches.Count != shape.Batches) findings.Add($"{batches.Count} batches were looked at, of {shape.Batches}");
        var wrong = batches.SelectMany(batch => FaultsOf(shape, batch).Select(fault => $"{batch.Id}: {fault}"))
            .ToList();
        findings.AddRange(wrong.Take(BatchesNamed));
        if (wrong.Count > BatchesNamed) findings.Add($"and {wrong.Count - BatchesNamed} more such findings");
        return findings;
    }

    private static IEnumerable<string> FaultsOf(Shape shape, SoldBatch batch)
    {
        var board = batch.Board;
        if (board.Held != shape.UnitsEach || board.Free != 0 || board.Stock != shape.UnitsEach)
            yield return $"{board.Held} units held and {board.Free} free, of {shape.UnitsEach}";
        if (board.Seq != shape.UnitsEach + OtherEntries)
            yield return $"{board.Seq} entries for {shape.UnitsEach} units";
        if (batch.Proof is not { } proof) yield break;
        foreach (var violation in proof.Violations) yield return violation;
        if (proof.HeadSeq != board.Seq || proof.HeadHash != Convert.ToHexStringLower(board.Hash))
            yield return $"its ledger ends with entry {proof.HeadSeq}, another than it was told";
        if (proof.Held != shape.UnitsEach || proof.Orders != shape.UnitsEach)
            yield return $"its ledger has {proof.Held} units held in {proof.Orders} orders";
    }
}

namespace OrleansSale.GrainInterfaces.Ledger;

/// <summary>
/// Reads a batch's ledger from storage, keyed by batch id. Several activations may serve at once. The batch is not
/// called.
/// </summary>
[Alias("OrleansSale.ILedgerExportGrain")]
public interface ILedgerExportGrain : IGrainWithStringKey
{
    /// <summary>
    /// The export lines of whole commits from sequence <paramref name="fromSeq"/> (1…, the first of a commit) on, about
    /// <see cref="LedgerPage.TargetLength"/> bytes.
    /// </summary>
    [Alias("ReadAsync"), ResponseTimeout("00:00:10")]
    Task<LedgerPage> ReadAsync(long fromSeq);
}

/// <summary>Some lines of a ledger.</summary>
/// <param name="Lines">UTF-8 lines with their <c>hash</c> member, each ended by a line feed; empty at the end.</param>
/// <param name="NextSeq">Where to go on.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.LedgerPage")]
public sealed record LedgerPage([property: Id(0)] byte[] Lines, [property: Id(1)] long NextSeq)
{
    /// <summary>A page ends with the first commit that brings it to this many bytes.</summary>
    public const int TargetLength = 1 << 20;
}

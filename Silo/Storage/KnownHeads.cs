using System.Text.Json;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Catalogue;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// The entries to which documents refer: for each batch, the last one that its ledger must have. An older ledger lacks
/// some of them, and would give their numbers to other entries.
/// </summary>
/// <remarks>
/// The documents are read before the ledger's heads. A document is written after the entry that it is about. So a
/// cluster that sells meanwhile never seems to have lost entries.
/// </remarks>
internal sealed class KnownHeads
{
    /// <summary>The setting that accepts an older ledger.</summary>
    public const string AcceptKey = "Sale:AcceptOlderLedger";

    /// <summary>
    /// The row among the documents that records the acceptance. Its time is the instant up to which documents may be
    /// ahead of the ledger.
    /// </summary>
    public const string AcceptedType = "older-ledger-accepted";

    private readonly Dictionary<string, long> _heads = new(StringComparer.Ordinal);

    /// <summary>The batches.</summary>
    public IReadOnlyCollection<string> Batches => _heads.Keys;

    /// <summary>Notes that a document refers to this entry of a batch's ledger.</summary>
    public void Add(string batch, long seq) => _heads[batch] = Math.Max(seq, _heads.GetValueOrDefault(batch));

    /// <summary>
    /// Reads the catalogue's document. If it cannot be read, it is ignored: it is rebuilt later.
    /// </summary>
    public void AddCatalogue(byte[]? payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload ?? "{}"u8.ToArray());
            if (json.RootElement.TryGetProperty(nameof(CatalogueState.Batches), out var batches))
            {
                foreach (var batch in batches.EnumerateArray())
                    Add(batch.GetProperty(nameof(CataloguedBatch.Terms)).GetProperty(nameof(BatchTerms.Id))
                        .GetString()!, 1);
            }
            if (json.RootElement.TryGetProperty(nameof(CatalogueState.SettledAt), out var settled))
                foreach (var head in settled.EnumerateObject()) Add(head.Name, head.Value.GetInt64());
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // A catalogue that cannot be read is rebuilt later.
        }
    }

    /// <summary>The entries that the ledger lacks, in one line; null: none.</summary>
    /// <param name="place">Where the ledger is.</param>
    /// <param name="headOf">The stored head of a batch; 0: it has no ledger.</param>
    public string? Describe(string place, Func<string, long> headOf)
    {
        var lacking = _heads.Where(known => headOf(known.Key) < known.Value)
            .OrderBy(known => known.Key, StringComparer.Ordinal).ToList();
        if (lacking.Count == 0) return null;
        var (batch, seq) = lacking[0];
        var head = headOf(batch);
        var others = lacking.Count == 1 ? "" : $" (and so for {lacking.Count - 1} more)";
        return $"The ledger in {place} is older than the documents beside it: of batch {batch} they know entry "
            + $"{seq}, and it {(head == 0 ? "has none" : $"ends at entry {head}")}{others}. "
            + $"Put the newer ledger back, or set {AcceptKey} to true to go on without what this one lacks.";
    }
}

using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Grains.Catalogue;

/// <summary>
/// The keys of the catalogue's batches, and which batches miss theirs. A batch whose personal data was removed has no
/// key, and misses none. The batch itself knows that, and says so when it is settled. Other batches without a key are
/// asked in the background, one after the other, and no list waits for them.
/// </summary>
internal sealed partial class BatchKeys(IGrainFactory grains, TimeProvider timeProvider, ILogger log)
{
    /// <summary>Between two searches for missing keys.</summary>
    public static readonly TimeSpan SearchInterval = TimeSpan.FromSeconds(2);

    // Null: the key was removed with the personal data.
    private readonly Dictionary<string, byte[]?> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Fault> _missing = new(StringComparer.Ordinal);
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private Task _searching = Task.CompletedTask;
    private long? _searchedAt;

    /// <summary>The batches that are known to miss their key.</summary>
    public IEnumerable<Fault> Missing => _missing.Values;

    /// <summary>The key of a batch. Null: it was removed with the personal data, or it is missing.</summary>
    public async Task<byte[]?> FindAsync(CataloguedBatch batch) =>
        _known.TryGetValue(batch.Terms.Id, out var known) ? known : (await ReadAsync(batch)).Key;

    /// <summary>Forgets what is known of a batch's key: it may be another one now.</summary>
    public void Forget(string batch) => _known.Remove(batch);

    /// <summary>Notes that a batch's key was removed with the personal data. Then nobody needs to ask for it.</summary>
    public void NoteRemoval(string batch) => _known[batch] = null;

    /// <summary>
    /// Starts to look for the batches that miss their key, unless that is under way or was done just now.
    /// </summary>
    /// <param name="batches">All batches.</param>
    public void Search(IEnumerable<CataloguedBatch> batches)
    {
        if (!_searching.IsCompleted) return;
        if (_searchedAt is { } at && _monotonic.GetElapsedTime(at) < SearchInterval) return;
        var unknown = batches.Where(batch => !_known.ContainsKey(batch.Terms.Id)).ToArray();
        if (unknown.Length > 0) _searching = SearchAsync(unknown);
    }

    private async Task SearchAsync(CataloguedBatch[] batches)
    {
        foreach (var batch in batches)
        {
            try
            {
                if ((await ReadAsync(batch)).Fault is { } fault) await NoteAsync(batch.Terms.Id, fault);
            }
            catch (Exception e) when (LostInfrastructure.Is(e) || e is StorageDamagedException)
            {
                // Storage failed, or the batch's ledger is damaged and says so itself. The next search asks again.
            }
        }
        _searchedAt = _monotonic.GetTimestamp();
    }

    private async Task NoteAsync(string batch, string fault)
    {
        if (_missing.ContainsKey(batch)) return;
        var board = await grains.GetGrain<ISaleBatchGrain>(batch).ReadBoardAsync(int.MaxValue);
        // The ledger has no such batch, or the key came back meanwhile.
        if (board is null || _known.ContainsKey(batch)) return;
        if (board.Snapshot.Anonymised) _known[batch] = null;
        else if (_missing.TryAdd(batch, new(FaultKind.BatchKeyMissing, batch, timeProvider.GetUtcNow(), fault)))
            Log.Missing(log, batch, fault);
    }

    private async Task<(byte[]? Key, string? Fault)> ReadAsync(CataloguedBatch batch)
    {
        var id = batch.Terms.Id;
        try
        {
            var actor = grains.GetGrain<IBatchKeyGrain>(id);
            var key = await actor.FindAsync();
            if (key is not null && !IsOf(batch, key)) key = await actor.FindAsync(isFresh: true);
            if (key is null) return (null, "its key is missing");
            if (!IsOf(batch, key)) return (null, "the stored key is that of another batch");
            // It may have been removed since it was read.
            if (!_known.TryAdd(id, key)) return (_known[id], null);
            if (_missing.Remove(id)) Log.Found(log, id);
            return (key, null);
        }
        catch (StorageDamagedException)
        {
            return (null, "its key cannot be read");
        }
    }

    private static bool IsOf(CataloguedBatch batch, byte[] key) =>
        key.Length == BatchKey.Length && new BatchKey(key).Is(batch.KeyHash);

    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Error,
            "Nobody can take part in batch {Batch}: {Fault}. Restore its document batch-key from a backup")]
        public static partial void Missing(ILogger log, string batch, string fault);

        [LoggerMessage(8, LogLevel.Information, "The key of batch {Batch} is there again")]
        public static partial void Found(ILogger log, string batch);
    }
}

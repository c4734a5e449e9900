using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Batches;

/// <summary>The document of a batch's key.</summary>
[GenerateSerializer, Alias("OrleansSale.BatchKeyDocument")]
public sealed class BatchKeyDocument : IDocument
{
    /// <inheritdoc/>
    [Id(1), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>The key, 32 bytes; null: it was not made yet, or it was removed.</summary>
    [Id(0)] public byte[]? Key { get; set; }
}

/// <summary>The actor that keeps a batch's key.</summary>
/// <remarks>
/// Two activations may make a first key at the same time. Storage accepts one of them. The other activation fails,
/// reads again, and returns the stored key. So all callers get the same key, and it is durable.
/// </remarks>
public sealed partial class BatchKeyGrain(
    [PersistentState("batch-key")] IPersistentState<BatchKeyDocument> stored, ILogger<BatchKeyGrain> log) : Grain,
    IBatchKeyGrain
{
    /// <inheritdoc />
    public async Task<byte[]?> FindAsync(bool isFresh)
    {
        // A missing key may have been restored.
        if (isFresh || stored.State.Key is null) await stored.ReadStateAsync();
        return stored.State.IsDamaged ? throw Unreadable() : stored.State.Key;
    }

    /// <inheritdoc />
    public async Task<byte[]> MakeAsync()
    {
        RequireReadable();
        if (stored.State.Key is { } there) return there;
        stored.State.Key = RandomNumberGenerator.GetBytes(BatchKey.Length);
        try
        {
            await stored.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            await stored.ReadStateAsync();
            RequireReadable();
        }
        catch (Exception)
        {
            // The write may or may not have been stored. The next activation reads it.
            stored.State.Key = null;
            DeactivateOnIdle();
            throw;
        }
        return stored.State.Key ?? throw new SaleUnavailableException(
            $"the key of batch {this.GetPrimaryKeyString()} is gone");
    }

    /// <inheritdoc />
    public async Task EraseAsync()
    {
        await stored.ClearStateAsync();
        stored.State = new BatchKeyDocument();
        DeactivateOnIdle();
    }

    private void RequireReadable()
    {
        if (!stored.State.IsDamaged) return;
        Log.Damaged(log, this.GetPrimaryKeyString());
        throw Unreadable();
    }

    private StorageDamagedException Unreadable() =>
        new($"the key of batch {this.GetPrimaryKeyString()} cannot be read");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The key of batch {Batch} cannot be read; restore it from a backup")]
        public static partial void Damaged(ILogger log, string batch);
    }
}

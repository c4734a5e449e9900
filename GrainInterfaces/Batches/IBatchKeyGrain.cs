namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// Keeps the secret key of a batch, keyed by batch id. A key is made once, for a batch that is about to be created. It
/// is never replaced: without it nobody can tell which user an alias stands for.
/// </summary>
[Alias("OrleansSale.IBatchKeyGrain")]
public interface IBatchKeyGrain : IGrainWithStringKey
{
    /// <summary>The key, 32 bytes; null: there is none.</summary>
    /// <param name="isFresh">Whether to read it from storage in any case.</param>
    [Alias("FindAsync"), ResponseTimeout("00:00:02")]
    Task<byte[]?> FindAsync(bool isFresh = false);

    /// <summary>
    /// The key, 32 bytes. It is made if there is none, and it is durable when it is returned. Call this only to create
    /// a batch.
    /// </summary>
    [Alias("MakeAsync")]
    Task<byte[]> MakeAsync();

    /// <summary>Removes the key. Nobody can name the users of the batch from then on.</summary>
    [Alias("EraseAsync")]
    Task EraseAsync();
}

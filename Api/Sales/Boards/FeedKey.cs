using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>A front's copy of a batch's key. If the key is missing, the catalogue is asked for it again.</summary>
public sealed class FeedKey(ListedBatch listed, IGrainFactory grains)
{
    /// <summary>Between two calls to the catalogue.</summary>
    public static readonly TimeSpan SeekInterval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _monotonic = TimeProvider.System;
    private BatchKey? _found = listed.Key is { } key ? new(key) : null;
    private long? _soughtAt;

    /// <summary>The key; null: none was found.</summary>
    public BatchKey? Found => Volatile.Read(ref _found);

    /// <summary>
    /// Asks the catalogue for the key, at most once every <see cref="SeekInterval"/>. One call at a time.
    /// </summary>
    public async Task SeekAsync()
    {
        if (_soughtAt is { } at && _monotonic.GetElapsedTime(at) < SeekInterval) return;
        _soughtAt = _monotonic.GetTimestamp();
        try
        {
            var key = await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).FindKeyAsync(listed.Terms.Id);
            if (key is not null) Volatile.Write(ref _found, new BatchKey(key));
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            // It is asked again.
        }
    }
}

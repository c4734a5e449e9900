using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators;

/// <summary>
/// What the batches themselves know: each that may have something to do is asked. One that does not answer is left out here.
/// </summary>
public sealed class BatchFaults(IGrainFactory grains) : IFaultSource
{
    /// <summary>Batches asked at a time.</summary>
    public const int MaxAsked = 32;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        var faults = new List<Fault>();
        foreach (var group in (await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).ListUnsettledAsync()).Chunk(MaxAsked))
        {
            foreach (var ofBatch in await Task.WhenAll(group.Select(AskAsync))) faults.AddRange(ofBatch);
        }
        return faults;
    }

    private async Task<Fault[]> AskAsync(string batch)
    {
        try
        {
            return await grains.GetGrain<ISaleBatchGrain>(batch).ListFaultsAsync();
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            return [];
        }
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators;

/// <summary>
/// The faults that batches report. Each batch that may have something to do is called. A batch that does not answer is
/// left out.
/// </summary>
public sealed class BatchFaults(IGrainFactory grains) : IFaultSource
{
    /// <summary>Batches called at a time.</summary>
    public const int MaxAsked = 32;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        var faults = new List<Fault>();
        var unsettled = await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).ListUnsettledAsync();
        foreach (var group in unsettled.Chunk(MaxAsked))
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

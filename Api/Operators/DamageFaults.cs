using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators;

/// <summary>The batches whose ledger is damaged or whose key is missing.</summary>
public sealed class DamageFaults(IGrainFactory grains) : IFaultSource
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<Fault>> ListAsync() =>
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).ListDamagedAsync();
}

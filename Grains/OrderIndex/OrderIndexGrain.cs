using Orleans.Concurrency;
using OrleansSale.GrainInterfaces.Following;

namespace OrleansSale.Grains.OrderIndex;

/// <summary>Asks the index of this silo's storage.</summary>
[StatelessWorker]
public sealed class OrderIndexGrain(IOrderIndex index) : Grain, IOrderIndexGrain
{
    /// <inheritdoc />
    public async Task<FoundOrder[]> FindAsync(OrderQuery query) => [.. await index.FindAsync(query)];
}

using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Grains.Messages;

/// <summary>Finds the batch that the places may reach which a batch left in the product's backlog.</summary>
internal sealed class NextBatches(NewsReader reader, IGrainFactory grains, string batch)
{
    private BatchTerms? _terms;

    /// <summary>The channels whose users may wait in the backlog; none: no place of the batch waits there.</summary>
    public async Task<string[]> ListChannelsAsync() => await IsWaitingAsync() ? _terms!.Channels : [];

    /// <summary>
    /// The batch that the places of a channel's users may reach. Null: none is announced, or the places do not wait in
    /// the backlog any more.
    /// </summary>
    public async Task<UpcomingBatch?> FindAsync(string channel) => await IsWaitingAsync()
        ? await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).FindTakerAsync(_terms!.Product.Id, channel)
        : null;

    private async Task<bool> IsWaitingAsync() =>
        (_terms ??= await reader.FindTermsAsync()) is { } terms
        && await grains.GetGrain<IBacklogGrain>(terms.Product.Id).FindAsync(batch)
            is { State: BacklogState.Waiting };
}

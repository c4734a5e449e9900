using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Batches;

// The calls about recalls.
public sealed partial class SaleBatchGrain
{
    /// <inheritdoc />
    public Task<Answer<RecallSum>> CountRecallAsync(RecalledOrders orders)
    {
        Batch.DoDue();
        return Batch.Journal.WhenDurableAsync(RecallRules.Refuse(Batch.State) is { } refused
            ? new Answer<RecallSum>(refused.Refused!.Value, refused.Detail)
            : Batch.State.Recalls.Count(orders));
    }

    /// <inheritdoc />
    public Task<Answer<RecallView>> GetRecallAsync() =>
        Batch.Journal.WhenDurableAsync(RecallRules.View(Batch.State));
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Batches;

// The calls about recalls and extensions.
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

    /// <inheritdoc />
    public Task<Answer<CheckoutPlan>> GetCheckoutPlanAsync(long order) =>
        Batch.Journal.WhenDurableAsync(Batch.State.Orders.Find(order) is { } found
            ? new CheckoutPlan(
                DateTimeOffset.FromUnixTimeMilliseconds(Batch.Now),
                DateTimeOffset.FromUnixTimeMilliseconds(found.PayBy),
                1 + Batch.State.Orders.CountExtensions(found) + found.Revivals)
            : new Answer<CheckoutPlan>(Refusal.NotFound));
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches;

// The calls about returns.
public sealed partial class SaleBatchGrain
{
    /// <inheritdoc />
    public Task<Answer<OrderView>> OfferReturnAsync(long order, Alias owner)
    {
        var now = Batch.DoDue();
        return AnswerReturnAsync(order, owner, Batch.Take(ReturnRules.DecideOffer(Batch.State, order, owner), now));
    }

    /// <inheritdoc />
    public Task<Answer<OrderView>> CancelReturnAsync(long order, Alias owner)
    {
        var now = Batch.DoDue();
        return AnswerReturnAsync(order, owner, Batch.Take(ReturnRules.DecideCancel(Batch.State, order, owner), now));
    }

    private Task<Answer<OrderView>> AnswerReturnAsync(long order, Alias owner, Answer<Effect> decided)
    {
        // Somebody may wait for the units: they are offered in the same commit.
        Batch.DoDue();
        return Batch.Journal.WhenDurableAsync(
            decided.Refused is { } refusal ? new(refusal, decided.Detail) : ViewOf(order, owner));
    }
}

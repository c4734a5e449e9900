using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches;

// The calls about places that go to the product's backlog, or come from it.
public sealed partial class SaleBatchGrain
{
    /// <inheritdoc />
    public Task<BacklogPage> ListBacklogAsync(long after, int limit) => Batch.Journal.WhenDurableAsync(
        new BacklogPage([.. Batch.State.Line.After(after).Where(place => place.IsInBacklog).Take(limit)
            .Select(place => new BacklogPlace(place.Number, place.Buyer, place.Quantity))]));

    /// <inheritdoc />
    public async Task<bool> HandOverBacklogAsync(DateTimeOffset by)
    {
        do
        {
            Batch.DoDue();
            await Batch.Journal.WhenDurableAsync(true);
        }
        while (Batch.IsDue);
        return await _upkeep!.Backlog.HandOverAsync(by);
    }

    /// <inheritdoc />
    public async Task<BacklogRange?> FindRangeAsync(Alias buyer)
    {
        var state = Batch.State;
        return state.Directing.IsEnded && state.Line.LatestOf(buyer) is not null
            ? await GrainFactory.GetGrain<IBacklogGrain>(state.Terms!.Product.Id).FindAsync(Id) : null;
    }

    /// <inheritdoc />
    public Task<Answer<PlaceView>> FindCarriedAsync(string originBatch, long originPlace) =>
        Batch.Journal.WhenDurableAsync(
            Batch.State.Line.FindCarried(new Origin(originBatch, originPlace)) is { } place
                ? LineRules.View(Batch.State, place, Batch.Now)
                : new Answer<PlaceView>(Refusal.NotFound));

    /// <inheritdoc />
    public Task<Answer<Effect>> LeaveCarriedAsync(string originBatch, long originPlace)
    {
        var now = Batch.DoDue();
        return Batch.CommitAsync(
            Batch.State.Line.FindCarried(new Origin(originBatch, originPlace)) is { } place
                ? LineRules.DecideLeave(Batch.State, place)
                : new Decision<Answer<Effect>>(Refusal.NotFound),
            now);
    }

    // A place may be carried as long as its range is not. A range that was carried or dropped never comes back.
    private async Task<bool> IsBacklogInUseAsync()
    {
        var state = Batch.State;
        if (state.Terms is not { } terms || state.Line.InBacklog == 0) return state.Line.IsCarrying;
        if (state.Line.IsCarrying || !_upkeep!.Backlog.IsHandedOver) return true;
        var range = await GrainFactory.GetGrain<IBacklogGrain>(terms.Product.Id).FindAsync(Id);
        return range is not { IsInUse: false };
    }
}

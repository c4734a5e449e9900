using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches;

// The calls about the line.
public sealed partial class SaleBatchGrain
{
    /// <inheritdoc />
    public Task<Answer<PlaceView>> GetPlaceAsync(Alias buyer) => Batch.Journal.WhenDurableAsync(PlaceOf(buyer));

    /// <inheritdoc />
    public Task<Answer<Effect>> LeaveLineAsync(Alias buyer)
    {
        var now = Batch.DoDue();
        return Batch.CommitAsync(LineRules.DecideLeave(Batch.State, buyer), now);
    }

    /// <inheritdoc />
    public Task<LinePage> ListLineAsync(long after, int limit)
    {
        var now = Batch.Now;
        return Batch.Journal.WhenDurableAsync(new LinePage(LineRules.View(Batch.State, after, limit, now)));
    }

    /// <inheritdoc />
    public Task<Alias?[]> FindBuyersAsync(long[] places) => Batch.Journal.WhenDurableAsync(
        Array.ConvertAll(places, place => Batch.State.Line.Find(place)?.Buyer));

    private Answer<PlaceView> PlaceOf(Alias buyer) =>
        Batch.State.Line.LatestOf(buyer) is { } place && !Batch.State.Directing.IsAnonymised
            ? LineRules.View(Batch.State, place, Batch.Now)
            : Refusal.NotFound;
}

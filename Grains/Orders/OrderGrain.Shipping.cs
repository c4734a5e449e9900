using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Grains.Orders;

// The shipments. The batch's entry is durable before the tracking reference. After a crash between the two, a repeat
// under the same key writes the reference. A late repeat of an earlier shipment finds that it is not the last one, and
// writes nothing.
public sealed partial class OrderGrain
{
    /// <inheritdoc />
    public async Task<Answer<OrderView>> ShipAsync(Shipping shipping)
    {
        if (!TryLocate(out var batch, out var seq) || !KeyHash.TryParse(shipping.Key, out var key))
            return Refusal.NotFound;
        if (_isDamaged) throw new StorageDamagedException($"the documents of order {Id} cannot be read");
        await DropForeignDocumentsAsync();
        if (stored.State.IsDisowned) return Conflict("its buyer's data were removed");
        if (stored.State.TrackingKey == shipping.Key && stored.State.Tracking != shipping.Tracking)
            return Conflict("the key was used for another tracking reference");
        var shipped = await batch.CommandAsync(
            BuyerCommand.OnOrder(BuyerAction.Ship, seq, shipping.Reason, shipping.By, key));
        if (shipped.Refused is { } refusal) return new Answer<OrderView>(refusal, shipped.Detail);
        var order = shipped.Value!.Order!;
        if (order.Shipment!.Key != shipping.Key || stored.State.TrackingKey == shipping.Key) return order;
        (stored.State.Tracking, stored.State.TrackingKey) = (shipping.Tracking, shipping.Key);
        await WriteAsync();
        return order;
    }

    /// <inheritdoc />
    public async Task<string?> FindTrackingAsync()
    {
        if (_isDamaged) throw new StorageDamagedException($"the documents of order {Id} cannot be read");
        if (stored.RecordExists) await DropForeignDocumentsAsync();
        return stored.State.Tracking;
    }

    private static Answer<OrderView> Conflict(string detail) => new(Refusal.Conflict, detail);
}

using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// Has the checkouts of recalled orders closed, as an activation comes to them. Those that an earlier activation has
/// cancelled are among the orders that the sweep of closings reads anyway.
/// </summary>
/// <param name="batch">The state; not changed here.</param>
/// <param name="close">Takes a cancelled order whose checkout may have to be closed.</param>
internal sealed class RecalledCheckouts(SaleBatch batch, Action<Order> close)
{
    private long _recall = batch.Recalls.Seq;
    private int _place = batch.Recalls.Place;

    /// <summary>Hands over what the recall has cancelled since the last call.</summary>
    public void Close()
    {
        if (_recall != batch.Recalls.Seq) (_recall, _place) = (batch.Recalls.Seq, 0);
        for (; _place < batch.Recalls.Place; _place++)
            if (batch.Orders.All[_place] is { Hold: HoldState.Cancelled } order) close(order);
    }
}

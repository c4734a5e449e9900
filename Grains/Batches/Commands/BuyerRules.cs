using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Batches.Commands;

/// <summary>
/// The rules for operators' commands that concern one buyer. A command takes effect once per key. A command whose
/// effect is already in place changes nothing.
/// </summary>
/// <remarks>
/// What an operator holds for a buyer, by a grant or a revival, takes free units that anybody could buy now: the sale
/// is on, nobody waits in the line (I5), and the buyer stays within the limit (I2). So it takes nothing from anybody.
/// Only the bound of ended orders does not apply, which protects from buyers and not from operators.
/// </remarks>
public static class BuyerRules
{
    /// <summary>Decides a command. Also already so if the same command was carried out under this key.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="command">The command.</param>
    /// <param name="now">Instant, ms.</param>
    public static Decision<Answer<Effect>> Decide(SaleBatch batch, BuyerCommand command, long now)
    {
        if (command.Action == BuyerAction.Grant && command is not { Buyer: not null, Units: >= 1 })
            return new(new Answer<Effect>(Refusal.InvalidRequest, "units"));
        // A recall cancels its orders by itself.
        if (command.Reason == CancelReason.Recalled) return new(new Answer<Effect>(Refusal.InvalidRequest, "reason"));
        if (batch.Terms is null) return new(Refusal.NotFound);
        if (batch.BuyerCommands.Find(command.By, command.Key) is { } done)
            return done.Repeats(command) ? new(Effect.AlreadySo) : Conflict("the key was used for another command");
        if (command.Action == BuyerAction.Grant) return DecideGrant(batch, command, now);
        if (command.Action == BuyerAction.RemovePlace) return LineRules.DecideRemove(batch, command);
        if (batch.Orders.Find(command.Number) is not { } order) return new(Refusal.NotFound);
        return command.Action switch
        {
            BuyerAction.Revive => DecideRevive(batch, order, command, now),
            BuyerAction.Cancel => DecideCancel(batch, order, command),
            BuyerAction.Refund => DecideRefund(batch, order, command),
            // A front that has not heard of it may still send one. Nothing would remove its reference.
            BuyerAction.Ship when batch.Directing.IsAnonymised => Conflict("its buyer's data were removed"),
            BuyerAction.Ship when batch.Recalls.Covers(order) => Conflict("it is recalled"),
            BuyerAction.Ship => DecideShip(batch, order, command),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.Action, "unknown action"),
        };
    }

    /// <summary>
    /// The order that a command concerns, or that it made; null: there is none. It depends on the command alone, so a
    /// repeat finds the same order.
    /// </summary>
    public static Order? OrderOf(SaleBatch batch, IKeyedCommand command) => command switch
    {
        BuyerCommand { Action: BuyerAction.Grant } grant => batch.Orders.GrantedUnder(grant.Key),
        BuyerCommand { Action: not BuyerAction.RemovePlace } other => batch.Orders.Find(other.Number),
        _ => null,
    };

    private static Decision<Answer<Effect>> DecideGrant(SaleBatch batch, BuyerCommand command, long now)
    {
        var buyer = command.Buyer!.Value;
        if (FindObstacle(batch, buyer, command.Units, now) is { } obstacle) return new(obstacle);
        return new(Effect.Done, new Granted(
            buyer, batch.Stock.Lowest(command.Units), now + batch.Directing.WindowMilliseconds, command.Reason,
            command.By, command.Key));
    }

    // Who has cancelled the reservation since does not want the units, and may have been erased.
    private static Decision<Answer<Effect>> DecideRevive(
        SaleBatch batch, Order order, BuyerCommand command, long now)
    {
        if (order.Hold == HoldState.Live) return new(Effect.AlreadySo);
        if (OrderBook.StatusOf(order) != OrderStatus.Expired) return Conflict("it has not expired unpaid");
        if (batch.Reservations.LastCancellationOf(order.Buyer) > order.Seq)
            return Conflict("its buyer has cancelled the reservation since");
        if (FindObstacle(batch, order.Buyer, order.Quantity, now) is { } obstacle) return new(obstacle);
        return new(Effect.Done, new Revived(
            order.Seq, batch.Stock.Lowest(order.Quantity), now + batch.Directing.WindowMilliseconds, command.Reason,
            command.By, command.Key));
    }

    private static Decision<Answer<Effect>> DecideCancel(SaleBatch batch, Order order, BuyerCommand command) =>
        order.Hold is HoldState.Sold or HoldState.Gone
            ? Conflict("it is paid: refund it")
            : PaymentRules.DecideCancel(
                batch, order.Seq, owner: null, new Cancellation(command.By, command.Reason), command.Key);

    // It ends a return that waits. But whoever is paying for the units must not pay for what is on its way to another.
    private static Decision<Answer<Effect>> DecideShip(SaleBatch batch, Order order, BuyerCommand command)
    {
        if (order.Hold != HoldState.Sold) return Conflict("it is not paid, or not any more");
        var returns = batch.Orders.Returns;
        if (returns.HoldOf(order) is not (> 0 and var hold))
            return new(Effect.Done, new Shipped(order.Seq, command.Reason, command.By, command.Key));
        // Otherwise the end of that order only makes way for the next in line.
        var first = returns.StageOf(order) == OrderReturn.Ending
            ? "" : "let its buyer keep it, or pause the sale; then ";
        return Conflict($"its buyer gave it back, and order {OrderId.Of(batch.Terms!.Id, hold)} may pay for it: {first}"
            + "wait for the end of that order, or cancel it");
    }

    // A shipped unit cannot be sold again, so it stays sold. If somebody from the line is paying for the units that the
    // buyer gives back, they become that order's.
    private static Decision<Answer<Effect>> DecideRefund(SaleBatch batch, Order order, BuyerCommand command)
    {
        if (order.Hold != HoldState.Sold)
        {
            return OrderBook.StatusOf(order) is OrderStatus.Refunding or OrderStatus.Refunded
                ? new(Effect.AlreadySo) : Conflict("it is not paid");
        }
        if (order.Shipment is null)
        {
            return PaymentRules.DecideCancel(
                batch, order.Seq, owner: null, new Cancellation(command.By, command.Reason), command.Key);
        }
        var payment = batch.Payments.All[order.Payment!.Value];
        // Its money may have gone back elsewhere before. Then nothing is left to owe, and the order ends all the same.
        return new(Effect.Done, new RefundOwed(
            order.Seq, payment.Id, payment.Left, RefundReason.Shipped, command.By, command.Reason, command.Key));
    }

    private static Answer<Effect>? FindObstacle(SaleBatch batch, Alias buyer, int units, long now)
    {
        var directing = batch.Directing;
        // The opening and the end may be due and not recorded yet.
        if (directing.IsOver || now >= directing.Schedule.SaleCloses.ToUnixTimeMilliseconds())
            return Refusal.SaleClosed;
        if (!directing.IsOpen) return Refusal.SaleNotOpen;
        if (directing.IsPaused) return Refusal.Paused;
        var has = (long)LineRules.CountOf(batch.Line, buyer).WaitingUnits;
        for (var order = batch.Orders.LatestOf(buyer); order is not null; order = order.Previous)
            if (order.IsLive) has += order.Quantity;
        if (has + units > batch.Terms!.PerUserLimit)
            return new Answer<Effect>(Refusal.LimitReached, $"they have {has} units of {batch.Terms.PerUserLimit}");
        if (batch.Line.Waiting > 0 || batch.Line.IsCarrying)
            return new Answer<Effect>(Refusal.SoldOut, "free units go to those who wait in the line");
        return units > batch.Stock.Free.Count
            ? new Answer<Effect>(Refusal.SoldOut, $"{batch.Stock.Free.Count} units are free") : null;
    }

    private static Decision<Answer<Effect>> Conflict(string detail) =>
        new(new Answer<Effect>(Refusal.Conflict, detail));
}

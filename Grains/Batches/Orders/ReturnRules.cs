using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// The rules for returns. The buyer of a paid order offers its units back. They go to the next in line after all free
/// units, as an offer like any other. When it is paid, the first buyer's payment is owed back in the same commit.
/// Otherwise the first buyer keeps the order. They may take it back at any time: then whoever is offered the units is
/// the last who may pay for them.
/// </summary>
/// <remarks>
/// The line's order holds for returns too: the first who waits is served, or nobody (I5). A return is never divided. So
/// one of several units waits until the first in line has asked for as many. A smaller one that came later may go
/// before it.
/// </remarks>
public static class ReturnRules
{
    /// <summary>
    /// Decides that a buyer offers the units of a paid order back. Already so if they do, or if the return is complete.
    /// Conflict if the order is not paid, is shipped, has no line, or was offered back too often, or if it is kept and
    /// somebody may still pay for it.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="seq">The order.</param>
    /// <param name="owner">Who asks.</param>
    public static Decision<Answer<Effect>> DecideOffer(SaleBatch batch, long seq, Alias owner)
    {
        if (batch.Orders.Find(seq) is not { } order || order.Buyer != owner) return new(Refusal.NotFound);
        var returns = batch.Orders.Returns;
        var stage = returns.StageOf(order);
        if (stage is not (null or OrderReturn.Ending)) return new(Effect.AlreadySo);
        if (order.Hold != HoldState.Sold) return Conflict("it is not paid, or not any more");
        if (order.Shipment is not null) return Conflict("it is shipped");
        if (batch.Directing.IsOver) return new(Refusal.SaleClosed);
        if (!batch.Terms!.HasLine) return Conflict("nobody can wait in a line for this batch");
        if (stage is OrderReturn.Ending)
            return Conflict("it is kept, but somebody from the line may still pay: offer it again if they do not");
        return returns.OffersOf(order) < ReturnBook.MaxOffers
            ? new(Effect.Done, new ReturnOffered(seq))
            : Conflict($"it was offered back {ReturnBook.MaxOffers} times, which is the most");
    }

    /// <summary>
    /// Decides that a buyer keeps an order whose units they offered back. Whoever is offered them now may still pay,
    /// but nobody after them. Already so if they are not offered, or if the order is kept. Conflict after somebody has
    /// paid.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="seq">The order.</param>
    /// <param name="owner">Who asks.</param>
    public static Decision<Answer<Effect>> DecideCancel(SaleBatch batch, long seq, Alias owner)
    {
        if (batch.Orders.Find(seq) is not { } order || order.Buyer != owner) return new(Refusal.NotFound);
        return batch.Orders.Returns.StageOf(order) switch
        {
            OrderReturn.Offered or OrderReturn.BeingPaid => new(Effect.Done, new ReturnCancelled(seq)),
            OrderReturn.Returned => Conflict("somebody from the line has paid for its units"),
            _ => new(Effect.AlreadySo),
        };
    }

    /// <summary>Why an order cannot be cancelled by its buyer while a hold for its return lives.</summary>
    internal const string Paying =
        "somebody from the line may be paying for it: keep it first, and cancel it if they have not paid in time";

    private static Decision<Answer<Effect>> Conflict(string detail) =>
        new(new Answer<Effect>(Refusal.Conflict, detail));
}

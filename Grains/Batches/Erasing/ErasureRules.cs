using System.Globalization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Erasing;

/// <summary>Decides when personal data may be removed: only when nothing needs it any more.</summary>
public static class ErasureRules
{
    /// <summary>How long a reservation may be on its way to storage after its window has closed.</summary>
    public static readonly TimeSpan ReservationsArrive = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Decides the removal of a batch's personal data. Conflict while the batch has work left, or before its terms
    /// allow it.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="by">The operator.</param>
    /// <param name="now">Instant, ms.</param>
    /// <param name="isBacklogInUse">Whether places that wait in the backlog, or come from it, need its users.</param>
    public static Decision<Answer<Effect>> DecideAnonymise(
        SaleBatch batch, Alias by, long now, bool isBacklogInUse = false)
    {
        if (batch.Terms is not { } terms) return new(Refusal.NotFound);
        if (batch.Directing.IsAnonymised) return new(Effect.AlreadySo);
        if (!batch.Directing.IsEnded) return new(Conflict<Effect>("the sale has not ended"));
        if (batch.Stock.Held > 0 || batch.Orders.Returns.Holds > 0) return new(Conflict<Effect>("units are held"));
        if (batch.IsRecalling) return new(Conflict<Effect>("a recall is not finished yet"));
        if (batch.Payments.Owed.Count > 0) return new(Conflict<Effect>("payments are owed back"));
        if (isBacklogInUse)
        {
            return new(Conflict<Effect>(batch.Line.IsCarrying
                ? "places of the backlog are still joining its line"
                : $"{batch.Line.InBacklog} buyers wait in the backlog of product {terms.Product.Id}: drop its range"));
        }
        // A sale may be closed before. Later a reservation's own actor refuses, however old the board that a front has.
        var arrived = batch.Directing.Schedule.ReservationCloses + ReservationsArrive;
        if (now < arrived.ToUnixTimeMilliseconds())
            return new(Conflict<Effect>($"reservations may arrive until {Text(arrived)}"));
        var from = DateTimeOffset.FromUnixTimeMilliseconds(batch.Directing.EndedAt).AddDays(terms.KeepPersonalDataDays);
        return now < from.ToUnixTimeMilliseconds()
            ? new(Conflict<Effect>($"the terms keep users' data until {Text(from)}"))
            : new(Effect.Done, new Anonymised(by));
    }

    /// <summary>
    /// The orders of a user whose data may be removed. Conflict if an order awaits payment or is being refunded, or if
    /// one is paid and the sale has not ended.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="user">The user's alias.</param>
    public static Answer<Order[]> FindErasable(SaleBatch batch, Alias user)
    {
        var orders = new List<Order>();
        for (var order = batch.Orders.LatestOf(user); order is not null; order = order.Previous)
        {
            var isNeeded = OrderBook.StatusOf(order) switch
            {
                OrderStatus.AwaitingPayment or OrderStatus.Refunding => true,
                OrderStatus.Paid => !batch.Directing.IsEnded || batch.Recalls.Covers(order)
                    || batch.Orders.Returns.HoldOf(order) > 0,
                _ => false,
            };
            if (isNeeded) return Conflict<Order[]>($"order {OrderId.Of(batch.Terms!.Id, order.Seq)} has not ended");
            orders.Add(order);
        }
        return orders.ToArray();
    }

    private static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Answer<T> Conflict<T>(string detail) => new(Refusal.Conflict, detail);
}

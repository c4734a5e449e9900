using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Harness;

/// <summary>What buyers and operators say, in short form.</summary>
public static class Requests
{
    /// <summary>Price of a unit.</summary>
    public static readonly Money Price = new(199_900, "CNY");

    /// <summary>Terms of a batch on the channels weibo and web-2, which closes in about ten hours.</summary>
    /// <param name="id">Batch id.</param>
    /// <param name="now">The clock.</param>
    /// <param name="stock">Units offered.</param>
    /// <param name="limit">Units a user may have.</param>
    /// <param name="windowSeconds">From the hold to payBy.</param>
    /// <param name="opensIn">
    /// From now to the opening; reservations are taken until then. Null: it opened a minute ago, and reservations
    /// closed an hour ago.
    /// </param>
    public static BatchTerms Terms(
        string id, DateTimeOffset now, int stock = 10, int limit = 1, int windowSeconds = 900,
        TimeSpan? opensIn = null) => new(
        id, new Product("mi2", "小米 Mi2 16 GB", Price, "/img/mi2.png"), ["weibo", "web-2"], stock, limit, windowSeconds,
        opensIn is { } wait
            ? new Schedule(now.AddHours(-2), now + wait, now + wait, now + wait + TimeSpan.FromHours(10))
            : new Schedule(now.AddHours(-2), now.AddHours(-1), now.AddMinutes(-1), now.AddHours(10)));

    /// <summary>A purchase that a ticket vouches for.</summary>
    public static Wish Wants(
        string user, int quantity = 1, string? key = null, long reservation = 1, bool byTicket = true) =>
        new(user, key, quantity, reservation, byTicket);

    /// <summary>A purchase whose buyer joins the line if the units are gone.</summary>
    public static Wish StandsBy(string user, int quantity = 1, string? key = null, long reservation = 1) =>
        new(user, key, quantity, reservation, ByTicket: true, Standby: true);

    /// <summary>The owner of an order, as they ask for its checkout.</summary>
    public static Owner For(this OrderView order, string user) => new(user, order.Buyer);
}

/// <summary>A purchase before user and key are turned into what the ledger knows.</summary>
/// <param name="User">Such as <c>weibo:alice</c>.</param>
/// <param name="Key">Idempotency-Key; null: none.</param>
/// <param name="Quantity">Units.</param>
/// <param name="Reservation">Version of the reservation; 0: none.</param>
/// <param name="ByTicket">Whether a ticket states the version.</param>
/// <param name="Standby">Whether the buyer joins the line if the units are gone.</param>
public readonly record struct Wish(
    string User, string? Key, int Quantity, long Reservation, bool ByTicket, bool Standby = false);

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Cluster;

/// <summary>What buyers and operators say, in short form.</summary>
internal static class Requests
{
    public static readonly Money Price = new(199_900, "CNY");

    public static BatchTerms Terms(string id, DateTimeOffset now, int stock = 10, int limit = 1, int windowSeconds = 900) => new(
        id, new Product("mi2", "小米 Mi2 16 GB", Price, "/img/mi2.png"), ["weibo", "web-2"], stock, limit, windowSeconds,
        new Schedule(now.AddHours(-2), now.AddHours(-1), now.AddMinutes(-1), now.AddHours(10)));

    public static Wish Wants(string user, int quantity = 1, string? key = null, long reservation = 1, bool byTicket = true) =>
        new(user, key, quantity, reservation, byTicket);

    /// <summary>The owner as they ask for a checkout of this order.</summary>
    public static Owner For(this OrderView order, string user) => new(user, order.Buyer);
}

/// <summary>A purchase before user and key are turned into what the ledger knows.</summary>
internal readonly record struct Wish(string User, string? Key, int Quantity, long Reservation, bool ByTicket);

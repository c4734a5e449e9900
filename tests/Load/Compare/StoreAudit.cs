using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>What clients were told of a batch.</summary>
/// <param name="Acknowledged">How many requests were acknowledged.</param>
/// <param name="Undecided">How many were sent and not answered: each may be stored or not.</param>
/// <param name="Orders">What was told, where the generator kept it; these are among the acknowledged.</param>
internal sealed record Told(long Acknowledged, long Undecided, IReadOnlyList<OrderTold> Orders);

/// <summary>A batch as its store has it in the end.</summary>
internal abstract record Stored
{
    public abstract IReadOnlyList<string> Judge(Told told);

    protected static void Count(List<string> found, string what, long count)
    {
        if (count > 0) found.Add($"{count} {what}");
    }
}

/// <summary>A sale, the same for every contender: nothing oversold, nothing lost, nobody served twice.</summary>
/// <param name="Stock">Units that were put in.</param>
/// <param name="Left">Units that the store says are free.</param>
/// <param name="Orders">Every order kept, of one unit each.</param>
/// <param name="Broken">What a ledger's own audit found; empty where there is no ledger.</param>
internal sealed record StoredSale(int Stock, int Left, IReadOnlyList<OrderTold> Orders, IReadOnlyList<string> Broken)
    : Stored
{
    public override IReadOnlyList<string> Judge(Told told)
    {
        var found = new List<string>(Broken);
        var orders = Orders.Count;
        if (orders > Stock) found.Add($"oversold: {orders} orders of {Stock} units");
        if (Left < 0) found.Add($"oversold: {Left} units left");
        if (Left + orders != Stock) found.Add($"{Stock - orders - Left} units are neither free nor in an order");

        Count(found, "users have two orders", orders - Orders.DistinctBy(order => order.User).Count());
        Count(found, "units are in two orders", orders - Orders.DistinctBy(order => order.Unit).Count());
        Count(found, "units are not of this batch", Orders.Count(order => order.Unit < 1 || order.Unit > Stock));

        Count(found, "acknowledged orders are lost", told.Acknowledged - orders);
        Count(found, "orders are stored that nobody asked for", orders - told.Acknowledged - told.Undecided);
        Count(found, "orders were told to two users",
            told.Orders.Count - told.Orders.DistinctBy(order => order.Id).Count());
        var byId = Orders.ToLookup(order => order.Id, StringComparer.Ordinal);
        Count(found, "acknowledged orders are not stored as they were told",
            told.Orders.Count(order => !byId[order.Id].Contains(order)));
        return found;
    }
}

/// <summary>The reservations of a batch: none lost, and none that nobody made.</summary>
/// <param name="Users">Everybody who has one, by the ledgers.</param>
internal sealed record StoredRoster(IReadOnlySet<string> Users) : Stored
{
    public override IReadOnlyList<string> Judge(Told told)
    {
        var found = new List<string>();
        Count(found, "acknowledged reservations are lost", told.Acknowledged - Users.Count);
        Count(found, "reservations are stored that nobody asked for", Users.Count - told.Acknowledged - told.Undecided);
        Count(found, "reservations were told to two users",
            told.Orders.Count - told.Orders.DistinctBy(order => order.Id).Count());
        Count(
            found, "acknowledged reservations are not stored", told.Orders.Count(order => !Users.Contains(order.User)));
        return found;
    }
}

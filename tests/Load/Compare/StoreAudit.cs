namespace OrleansSale.Tests.Load.Compare.Stores;

/// <summary>
/// Holds a store against what clients were told, the same for every contender: nothing oversold, nothing lost, nobody
/// served twice.
/// </summary>
internal static class StoreAudit
{
    /// <summary>What is wrong, each kind once; empty if nothing is.</summary>
    public static IReadOnlyList<string> Judge(StoredSale stored, Told told)
    {
        var found = new List<string>(stored.Broken);
        var orders = stored.Orders.Count;
        if (orders > stored.Stock) found.Add($"oversold: {orders} orders of {stored.Stock} units");
        if (stored.Left < 0) found.Add($"oversold: {stored.Left} units left");
        if (stored.Left + orders != stored.Stock)
            found.Add($"{stored.Stock - orders - stored.Left} units are neither free nor in an order");

        Count(found, "users have two orders", orders - stored.Orders.DistinctBy(order => order.User).Count());
        Count(found, "units are in two orders", orders - stored.Orders.DistinctBy(order => order.Unit).Count());
        Count(found, "units are not of this batch", stored.Orders.Count(order => order.Unit < 1 || order.Unit > stored.Stock));

        Count(found, "acknowledged orders are lost", told.Acknowledged - orders);
        Count(found, "orders are stored that nobody asked for", orders - told.Acknowledged - told.Undecided);
        Count(found, "orders were told to two users", told.Orders.Count - told.Orders.DistinctBy(order => order.Id).Count());
        var byId = stored.Orders.ToLookup(order => order.Id, StringComparer.Ordinal);
        Count(found, "acknowledged orders are not stored as they were told", told.Orders.Count(order => !byId[order.Id].Contains(order)));
        return found;
    }

    private static void Count(List<string> found, string what, long count)
    {
        if (count > 0) found.Add($"{count} {what}");
    }
}

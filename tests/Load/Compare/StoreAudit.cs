using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>What clients were told of a batch.</summary>
/// <param name="Acknowledged">How many requests were acknowledged.</param>
/// <param name="Undecided">How many were sent and not answered: each may be stored or not.</param>
/// <param name="Orders">What was told, where the generator kept it; these are among the acknowledged.</param>
internal sealed record Told(long Acknowledged, long Undecided, IReadOnlyList<OrderTold> Orders);

internal abstract record Stored
{
    /// <summary>Holds it against what clients were told: what is wrong, each kind once; empty if nothing is.</summary>
    public abstract IReadOnlyList<string> Judge(Told told);

    /// <summary>What both kinds promise: nothing lost, nothing made up, nothing told twice.</summary>
    protected static IEnumerable<(long Count, string What)> Held(Told told, string what, long stored) =>
    [
        (told.Acknowledged - stored, $"acknowledged {what} are lost"),
        (stored - told.Acknowledged - told.Undecided, $"{what} are stored that nobody asked for"),
        (told.Orders.Count - told.Orders.DistinctBy(order => order.Id).Count(), $"{what} were told to two users"),
    ];

    protected static IEnumerable<string> Found(IEnumerable<(long Count, string What)> faults) =>
        faults.Where(fault => fault.Count > 0).Select(fault => $"{fault.Count} {fault.What}");
}

/// <summary>A sale, the same for every contender: nothing oversold, nothing lost, nobody served twice.</summary>
/// <param name="Orders">Every order kept, of one unit each.</param>
/// <param name="Broken">What a ledger's own audit found; empty where there is no ledger.</param>
internal sealed record StoredSale(int Stock, int Left, IReadOnlyList<OrderTold> Orders, IReadOnlyList<string> Broken)
    : Stored
{
    public override IReadOnlyList<string> Judge(Told told)
    {
        var (found, orders) = (new List<string>(Broken), Orders.Count);
        if (orders > Stock) found.Add($"oversold: {orders} orders of {Stock} units");
        if (Left < 0) found.Add($"oversold: {Left} units left");
        if (Left + orders != Stock) found.Add($"{Stock - orders - Left} units are neither free nor in an order");
        var byId = Orders.ToLookup(order => order.Id, StringComparer.Ordinal);
        return [.. found, .. Found(
        [
            (orders - Orders.DistinctBy(order => order.User).Count(), "users have two orders"),
            (orders - Orders.DistinctBy(order => order.Unit).Count(), "units are in two orders"),
            (Orders.Count(order => order.Unit < 1 || order.Unit > Stock), "units are not of this batch"),
            .. Held(told, "orders", orders),
            (told.Orders.Count(order => !byId[order.Id].Any(order.IsOf)),
                "acknowledged orders are not stored as they were told"),
        ])];
    }
}

/// <summary>The reservations of a batch: none lost, and none that nobody made.</summary>
internal sealed record StoredRoster(IReadOnlySet<string> Users) : Stored
{
    public override IReadOnlyList<string> Judge(Told told) => [.. Found(
    [
        .. Held(told, "reservations", Users.Count),
        (told.Orders.Count(order => !Users.Contains(order.User)), "acknowledged reservations are not stored"),
    ])];
}

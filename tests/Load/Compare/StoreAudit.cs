namespace OrleansSale.Tests.Load.Compare;

/// <summary>What clients were told of a batch.</summary>
/// <param name="Undecided">How many requests had no answer: each may be stored or not.</param>
internal sealed record Told(IReadOnlyList<OrderTold> Orders, int Undecided = 0);

/// <summary>
/// What is stored of a batch. It is judged in the same way for every contender: nothing oversold, nothing lost, nothing
/// made up, nobody served twice.
/// </summary>
/// <param name="Stock">Its units; null: what is stored are reservations, which take none.</param>
/// <param name="Orders">Every order kept, of one unit each; or every reservation.</param>
/// <param name="Broken">What a ledger's own audit found; empty where there is no ledger.</param>
internal sealed record Stored(int? Stock, int Left, IReadOnlyList<OrderTold> Orders, IReadOnlyList<string> Broken)
{
    /// <summary>Holds it against what clients were told: what is wrong, each kind once; empty if nothing is.</summary>
    public IReadOnlyList<string> Judge(Told told)
    {
        var byId = Orders.ToLookup(order => order.Id, StringComparer.Ordinal);
        IEnumerable<(int Count, string What)> faults =
        [
            .. Stock is { } stock ? JudgeUnits(stock) : [],
            (Orders.Count - Orders.DistinctBy(order => order.User).Count(), "are a user's second"),
            (Orders.Count - told.Orders.Count - told.Undecided, "are stored that nobody was told of"),
            (told.Orders.Count - told.Orders.DistinctBy(order => order.Id).Count(), "were told to two users"),
            (told.Orders.Count(order => !byId[order.Id].Any(order.IsOf)), "are not stored as they were told"),
        ];
        return [.. Broken, .. faults.Where(fault => fault.Count > 0).Select(fault => $"{fault.Count} {fault.What}")];
    }

    private IEnumerable<(int Count, string What)> JudgeUnits(int stock) =>
    [
        (Orders.Count - stock, "are more than there are units"),
        (-Left, "units are oversold"),
        (Math.Abs(stock - Orders.Count - Left), "units are not exactly one of free and in an order"),
        (Orders.Count - Orders.DistinctBy(order => order.Unit).Count(), "have a unit of another order"),
        (Orders.Count(order => order.Unit < 1 || order.Unit > stock), "have a unit that is not of this batch"),
    ];
}

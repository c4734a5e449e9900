namespace OrleansSale.Tests.Load.Compare.Stores;

/// <summary>A batch as its store has it in the end.</summary>
/// <param name="Stock">Units that were put in.</param>
/// <param name="Left">Units that the store says are free.</param>
/// <param name="Orders">Every order kept, of one unit each.</param>
/// <param name="Broken">What a ledger's own audit found; empty where there is no ledger.</param>
internal sealed record StoredSale(int Stock, int Left, IReadOnlyList<StoredOrder> Orders, IReadOnlyList<string> Broken);

/// <summary>An order, as it is stored or as a client was told of it.</summary>
internal readonly record struct StoredOrder(string Id, string User, int Unit);

/// <summary>What clients were told of a batch.</summary>
/// <param name="Acknowledged">How many purchases were answered with an order.</param>
/// <param name="Undecided">How many were sent and not answered: each may have made an order or not.</param>
/// <param name="Orders">The orders told, where the generator kept them; they are among the acknowledged.</param>
internal sealed record Told(long Acknowledged, long Undecided, IReadOnlyList<StoredOrder> Orders);

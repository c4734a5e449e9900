using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Contenders.Stocks;

/// <summary>Where the units are and the orders go.</summary>
internal interface IStock
{
    /// <summary>Takes one unit for a user who has none of this batch yet, and keeps the order.</summary>
    Task<Taken> TakeAsync(string batch, string user, DateTimeOffset heldAt);
}

/// <summary>What came of it.</summary>
/// <param name="Unit">The unit's number, if there is no refusal.</param>
/// <param name="Refused">Sold out, or the user has an order already.</param>
internal readonly record struct Taken(int Unit, Refusal? Refused);

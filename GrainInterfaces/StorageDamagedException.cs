namespace OrleansSale.GrainInterfaces;

/// <summary>
/// The stored data of an actor are not those that were written, so the actor answers nothing: it would have to guess.
/// Unlike lost infrastructure (<see cref="SaleUnavailableException"/>), asking again does not help, until storage is
/// repaired.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.StorageDamagedException")]
public sealed class StorageDamagedException : Exception
{
    /// <summary>With what is damaged and how.</summary>
    public StorageDamagedException(string message) : base(message)
    {
    }
}

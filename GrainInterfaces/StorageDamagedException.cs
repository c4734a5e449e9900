namespace OrleansSale.GrainInterfaces;

/// <summary>
/// The stored data of an actor differ from those that were written. The actor does not answer, because it would have to
/// guess. Unlike lost infrastructure (<see cref="SaleUnavailableException"/>), asking again does not help, until
/// storage is repaired.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.StorageDamagedException")]
public sealed class StorageDamagedException : Exception
{
    /// <summary>With what is damaged and how.</summary>
    public StorageDamagedException(string message) : base(message)
    {
    }
}

namespace OrleansSale.GrainInterfaces;

/// <summary>
/// What storage holds for an actor cannot be what was written, so the actor answers nothing: it would have to guess. Unlike
/// lost infrastructure (<see cref="SaleUnavailableException"/>) asking again does not help, until storage is repaired.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.StorageDamagedException")]
public sealed class StorageDamagedException : Exception
{
    /// <summary>With what is damaged and how.</summary>
    public StorageDamagedException(string message) : base(message)
    {
    }
}

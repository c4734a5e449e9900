namespace OrleansSale.GrainInterfaces.Ledger;

/// <summary>Speaks for the storage of the silo that answers. It keeps nothing; every silo may serve.</summary>
[Alias("OrleansSale.IStorageGrain")]
public interface IStorageGrain : IGrainWithIntegerKey
{
    /// <summary>Why nothing can be stored or read now, in words for everybody; null: it can.</summary>
    [Alias("FindFaultAsync"), ResponseTimeout("00:00:02")]
    Task<string?> FindFaultAsync();
}

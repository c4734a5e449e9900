namespace OrleansSale.GrainInterfaces.Ledger;

/// <summary>Reports on the storage of the silo that answers. It has no state, and every silo may serve.</summary>
[Alias("OrleansSale.IStorageGrain")]
public interface IStorageGrain : IGrainWithIntegerKey
{
    /// <summary>Why storage cannot be used now, in words that anybody may read. Null: it can be used.</summary>
    [Alias("FindFaultAsync"), ResponseTimeout("00:00:02")]
    Task<string?> FindFaultAsync();
}

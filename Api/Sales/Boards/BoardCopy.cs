using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>A front's copy of a board.</summary>
/// <param name="Snapshot">The committed counts.</param>
/// <param name="AskedAt">The monotonic timestamp of the request. The counts are not older than that.</param>
public sealed record BoardCopy(BatchSnapshot Snapshot, long AskedAt);

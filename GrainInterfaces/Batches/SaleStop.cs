namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>An operator stopped new holds of a batch, until they resume it or for ever.</summary>
/// <param name="At">Since when.</param>
/// <param name="Reason">Why, in the operator's words: 1–500 characters. Buyers can read it.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.SaleStop")]
public sealed record SaleStop([property: Id(0)] DateTimeOffset At, [property: Id(1)] string Reason);

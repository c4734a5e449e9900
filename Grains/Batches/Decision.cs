using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// What a rule decides: the outcome to tell once durable, and the entries that make it so (none, one or two, in order).
/// </summary>
/// <param name="Outcome">What to answer.</param>
/// <param name="First">The first entry to append and apply; null: nothing changes.</param>
/// <param name="Second">The second entry, of the same commit; null: none.</param>
public readonly record struct Decision<T>(T Outcome, BatchEntry? First = null, BatchEntry? Second = null);

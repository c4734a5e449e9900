using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// What a rule decides: the outcome to answer once durable, and the entries that make it so, in order.
/// </summary>
/// <param name="Outcome">What to answer.</param>
/// <param name="Entries">The entries to append and apply, of one commit. None: nothing changes.</param>
public readonly record struct Decision<T>(T Outcome, params BatchEntry[] Entries);

using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// The decision of a rule: the outcome, and the entries that carry it out. The outcome is returned once the entries are
/// durable.
/// </summary>
/// <param name="Outcome">The answer to the caller.</param>
/// <param name="Entries">The entries to apply and append, in order, in one commit. Empty: nothing changes.</param>
public readonly record struct Decision<T>(T Outcome, params BatchEntry[] Entries);

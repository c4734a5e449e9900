using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>An entry that may record an operator's command that concerns one buyer.</summary>
public interface IBuyerCommandEntry
{
    /// <summary>The command; null: the entry is not an operator's, or the operator gave no key.</summary>
    BuyerCommand? Command { get; }
}

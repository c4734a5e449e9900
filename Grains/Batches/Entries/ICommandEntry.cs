using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>An entry that records an operator's command.</summary>
public interface ICommandEntry
{
    /// <summary>The command.</summary>
    OperatorCommand Command { get; }
}

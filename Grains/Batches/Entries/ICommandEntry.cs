using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>An entry that an operator's command made.</summary>
public interface ICommandEntry
{
    /// <summary>The command.</summary>
    OperatorCommand Command { get; }
}

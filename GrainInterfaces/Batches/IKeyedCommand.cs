using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// A command of an operator under an Idempotency-Key. The key names one command for ever, of whichever kind.
/// </summary>
public interface IKeyedCommand
{
    /// <summary>The operator's alias.</summary>
    Alias By { get; }

    /// <summary>What stands for the Idempotency-Key. It depends on the operator, too.</summary>
    KeyHash Key { get; }

    /// <summary>Whether the other one asks for the same under the same key. The reason may be in other words.</summary>
    bool Repeats(IKeyedCommand other);
}

namespace OrleansSale.Grains.Clock;

/// <summary>
/// Whether this silo's clock may date a ledger. Two silos of a sale must agree on when it opens, however the batch
/// moves between them.
/// </summary>
public interface IClockCheck
{
    /// <summary>What is wrong with the clock, in one line; null: nothing.</summary>
    string? Fault { get; }
}

/// <summary>The clock of an engine that is alone: there is none that it could disagree with.</summary>
public sealed class OnlyClock : IClockCheck
{
    /// <inheritdoc/>
    public string? Fault => null;
}

namespace OrleansSale.Grains.Clock;

/// <summary>
/// Tells whether this silo's clock may date ledger entries. Silos must agree on when a sale opens, because a batch may
/// move between them.
/// </summary>
public interface IClockCheck
{
    /// <summary>What is wrong with the clock, in one line; null: nothing.</summary>
    string? Fault { get; }
}

/// <summary>The clock check of an engine in one process: no other clock exists to disagree with.</summary>
public sealed class OnlyClock : IClockCheck
{
    /// <inheritdoc/>
    public string? Fault => null;
}

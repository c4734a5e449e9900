namespace OrleansSale.Tests.Load.Viewers;

/// <summary>How many watch, and what is sold before their eyes.</summary>
internal sealed record ViewersOptions
{
    /// <summary>Event streams, 1 or more.</summary>
    public int Viewers { get; init; } = 10_000;

    /// <summary>Rounds: a sale that nobody watches and then one that all do.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Purchases by which throughput is measured in each sale.</summary>
    public int Purchases { get; init; } = 40_000;

    /// <summary>Keep-alive connections of the purchases, in a closed loop.</summary>
    public int Connections { get; init; } = 64;
}

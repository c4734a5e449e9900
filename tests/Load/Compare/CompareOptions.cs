namespace OrleansSale.Tests.Load.Compare;

/// <summary>How long and how hard to compare.</summary>
internal sealed record CompareOptions
{
    /// <summary>The contenders, in the order of their letters.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>How often everybody has a turn, 1 or more.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Length of a measurement of the closed loop in whole seconds, 1 or more.</summary>
    public int Seconds { get; init; } = 3;

    /// <summary>Length of a measurement of the open loop in whole seconds, 1 or more.</summary>
    public int OpenSeconds { get; init; } = 2;

    /// <summary>Load on each contender before the first round, in seconds, 1 or more; its figures are dropped.</summary>
    public int WarmUpSeconds { get; init; } = 20;

    /// <summary>Keep-alive connections of the closed loop: one measurement each.</summary>
    public IReadOnlyList<int> Connections { get; init; } = [64, 256];

    /// <summary>Open loop: arrivals in percent of the peak that the closed loop has just shown.</summary>
    public IReadOnlyList<int> OpenPercents { get; init; } = [50, 90];

    /// <summary>Keep-alive connections of the open loop.</summary>
    public int OpenConnections { get; init; } = 256;

    /// <summary>Units of the batch that is sold out before refusals are measured: so many users hold one.</summary>
    public int SoldOutUnits { get; init; } = 50_000;

    /// <summary>How long a measurement waits for the machine to be quiet, and is made anew because it was not. 0: not at all.</summary>
    public TimeSpan Patience { get; init; }
}

namespace OrleansSale.Tests.Load.Overload;

/// <summary>How much more to ask of the engine than it can do.</summary>
internal sealed record OverloadOptions
{
    /// <summary>What the slowed ledger takes in a second: purchases, 1 or more.</summary>
    public int LedgerPerSecond { get; init; } = 2_000;

    /// <summary>Arrivals as multiples of the measured peak, 1 or more; one flood each, and one of the first before them.</summary>
    public IReadOnlyList<int> Factors { get; init; } = [2, 4];

    /// <summary>Length of a flood in whole seconds, 5 or more.</summary>
    public int Seconds { get; init; } = 30;

    /// <summary>Keep-alive connections of a flood: as many purchases can be under way at once.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Keep-alive connections of the closed loop in which the peak is measured.</summary>
    public int PeakConnections { get; init; } = 256;

    /// <summary>The engine's bound of an answer, <c>Sale:AnswerWithinSeconds</c>; its default.</summary>
    public int AnswerWithinSeconds { get; init; } = 10;

    /// <summary>Whether the real ledger is flooded too, at the socket's limit.</summary>
    public bool IncludesReal { get; init; } = true;
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>How much more to ask of the engine than it can do.</summary>
internal sealed record OverloadOptions : ExperimentOptions
{
    [Description("Length of a flood."), Range(5, 600)]
    public int Seconds { get; init; } = 30;

    [Description("What the slowed ledger takes in a second."), Range(100, 100_000)]
    public int LedgerPerSecond { get; init; } = 2_000;

    [Description("Keep-alive connections of a flood: as many purchases can be under way at once."), Range(100, 100_000)]
    public int Connections { get; init; } = 10_000;

    [Description("Leave out the flood at the real ledger, at the socket's limit.")]
    public bool SlowedOnly { get; init; }

    /// <summary>Arrivals as multiples of the peak, 1 or more: a flood each, and one of the first before.</summary>
    public IReadOnlyList<int> Factors { get; init; } = [2, 4];

    /// <summary>Keep-alive connections of the closed loop in which the peak is measured.</summary>
    public int PeakConnections { get; init; } = 256;

    /// <summary>The engine's bound of an answer, <c>Sale:AnswerWithinSeconds</c>; its default.</summary>
    public int AnswerWithinSeconds { get; init; } = 10;
}

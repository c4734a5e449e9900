namespace OrleansSale.Tests.Load.Engine;

/// <summary>What to measure, and how often.</summary>
internal sealed record MeasureOptions
{
    /// <summary>Names of ledgers.</summary>
    public const string Sqlite = "sqlite", Postgres = "postgres", Both = "both";

    /// <summary>Buyers who wait on the lane at a time.</summary>
    public const int LaneBuyers = 512;

    /// <summary>Purchases of a call.</summary>
    public const int CallSize = 256;

    /// <summary>Size of the batches of the warm-up, as a share of theirs in full: 100,000 units of each of the large shapes.</summary>
    public const double WarmUpScale = 0.02;

    /// <summary>The ledgers, by name.</summary>
    public required IReadOnlyList<string> Ledgers { get; init; }

    /// <summary>Size of the batches as a share of their full one, above 0 and at most 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>How often everything is measured, 1 or more.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Calls under way at a time: each front's lane has one.</summary>
    public int CallsInFlight { get; init; } = 8;

    /// <summary>What is sold.</summary>
    public IReadOnlyList<Shape> Shapes => [.. Shape.All.Select(shape => shape.Scaled(Scale))];

    /// <summary>The ledgers of a choice on the command line.</summary>
    public static IReadOnlyList<string> LedgersOf(string choice) => choice == Both ? [Sqlite, Postgres] : [choice];
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>What to measure, and how often.</summary>
internal sealed record MeasureOptions : ExperimentOptions
{
    /// <summary>Names of ledgers.</summary>
    public const string Sqlite = "sqlite", Postgres = "postgres", Both = "both";

    /// <summary>Buyers who wait on the lane at a time.</summary>
    public const int LaneBuyers = 512;

    /// <summary>Purchases of a call.</summary>
    public const int CallSize = 256;

    /// <summary>Size of the warm-up's batches as a share of their full one: 100,000 units of the large shape.</summary>
    public const double WarmUpScale = 0.02;

    [Description("Which ledger."), AllowedValues(Sqlite, Postgres, Both)]
    public string Ledger { get; init; } = Both;

    [Description("Size of the batches as a share of their full one."), Range(0.001, 1)]
    public double Scale { get; init; } = 1;

    [Description("How often everything is measured."), Range(1, 100)]
    public int Rounds { get; init; } = 3;

    [Description("Calls of 256 under way at a time: as of so many fronts."), Range(1, 64)]
    public int Calls { get; init; } = 8;

    /// <summary>The ledgers, by name.</summary>
    public IReadOnlyList<string> Ledgers
    {
        get => field ?? (Ledger == Both ? [Sqlite, Postgres] : [Ledger]);
        init;
    }

    /// <summary>What is sold.</summary>
    public IReadOnlyList<Shape> Shapes => [.. Shape.All.Select(shape => shape.Scaled(Scale))];
}

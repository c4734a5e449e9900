using System.Globalization;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>How purchases reach the batch.</summary>
internal enum Way
{
    /// <summary>In full calls, several of them under way at a time, as the lanes of several fronts would.</summary>
    Calls,

    /// <summary>Through the lane of one front, each buyer waiting for the own answer.</summary>
    Lane,
}

/// <summary>What is sold in one measurement.</summary>
/// <param name="Name">Its name in the report, whatever the scale.</param>
/// <param name="Way">How.</param>
/// <param name="Batches">Batches, one after the other; all are created and active before.</param>
/// <param name="UnitsEach">Units of each: all are sold, one to a buyer.</param>
internal sealed record Shape(string Name, Way Way, int Batches, int UnitsEach)
{
    public const string Small = "500x10k", Middle = "10x500k", Large = "1x5m", Lane = "lane";

    /// <summary>At full size. The first three sell as many units, and differ in the batches' size alone.</summary>
    public static IReadOnlyList<Shape> All { get; } =
    [
        new(Small, Way.Calls, 500, 10_000), new(Middle, Way.Calls, 10, 500_000), new(Large, Way.Calls, 1, 5_000_000),
        new(Lane, Way.Lane, 1, 1_000_000),
    ];

    /// <summary>Units of all batches together.</summary>
    public int Units => Batches * UnitsEach;

    /// <summary>What it is, for a person.</summary>
    public string Title => string.Create(
        CultureInfo.InvariantCulture, $"{(Way == Way.Lane ? "lane" : "calls")}: {Batches:n0} × {UnitsEach:n0}");

    /// <summary>The same with smaller batches: as many of them, of one unit at least.</summary>
    public Shape Scaled(double scale) => this with { UnitsEach = Math.Max(1, (int)Math.Round(UnitsEach * scale)) };
}

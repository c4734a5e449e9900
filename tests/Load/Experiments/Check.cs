using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>A figure and its bound.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Figure">The figure; null: it could not be measured, and the check fails.</param>
/// <param name="IsLeast">Whether the bound is the least that is allowed; else the most.</param>
/// <param name="Bound">The bound, which is allowed itself.</param>
/// <param name="Unit">Of both, such as <c>s</c>; empty: a plain number.</param>
internal sealed record Check(string Name, double? Figure, bool IsLeast, double Bound, string Unit)
{
    /// <summary>Whether the figure keeps the bound.</summary>
    public bool Holds => Figure is { } figure && (IsLeast ? figure >= Bound : figure <= Bound);

    /// <summary>The figure and the bound, such as <c>0.97 ≥ 0.90</c>.</summary>
    [JsonIgnore]
    public string Text =>
        $"{(Figure is { } figure ? Told(figure) : "not measured")} {(IsLeast ? "≥" : "≤")} {Told(Bound)}";

    /// <summary>A figure that must not be above a bound.</summary>
    public static Check AtMost(string name, double? figure, double bound, string unit = "") =>
        new(name, figure, false, bound, unit);

    /// <summary>A figure that must not be below a bound.</summary>
    public static Check AtLeast(string name, double? figure, double bound, string unit = "") =>
        new(name, figure, true, bound, unit);

    private string Told(double number) => Invariant($"{number:#,0.###} {Unit}").TrimEnd();
}

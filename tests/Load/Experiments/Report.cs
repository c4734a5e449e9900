using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Machine;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>What an experiment measured and found. Written as JSON with camelCase names.</summary>
internal sealed record Report
{
    /// <summary>As wide as the widest table. Output that is no terminal would be cut to 80 characters.</summary>
    private const int Width = 190;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required Surroundings Surroundings { get; init; }

    /// <summary>What was measured, for a program; each has a name of its own in the JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, object?> Figures { get; init; } = new Figures();

    [JsonIgnore]
    public IReadOnlyList<Table> Tables { get; init; } = [];

    /// <summary>What a reader must know that is not in the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    public IReadOnlyList<Goal> Goals { get; init; } = [];
    public IReadOnlyList<Check> Checks { get; init; } = [];

    public IReadOnlyList<string> Failures { get; init; } = [];

    [JsonIgnore]
    public bool Holds => Failures.Count == 0 && Checks.All(check => check.Holds);

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public void Print()
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        foreach (var table in Tables) AnsiConsole.Write(table);
        if (Goals.Count > 0)
            AnsiConsole.Write(FigureTable.Of("Measures of the design", [.. Goals.Select(goal => goal.Row())]));
        AnsiConsole.WriteLine($"{Surroundings.Machine}. {string.Join(", ", Surroundings.Programs)}.");
        AnsiConsole.WriteLine(Invariant($"An append of 4 KiB and its fsync: {Surroundings.FsyncMicroseconds:n0} µs."));
        foreach (var note in Notes) AnsiConsole.WriteLine(note);
        foreach (var check in Checks)
        {
            var verdict = check.Holds ? "[green]holds[/] " : "[red]FAILED[/]";
            AnsiConsole.MarkupLine($"{verdict} {Markup.Escape(check.Name)}: {Markup.Escape(check.Text)}");
        }

        foreach (var failure in Failures) AnsiConsole.MarkupLineInterpolated($"[red]FAILED: {failure}[/]");
        if (Holds) AnsiConsole.MarkupLine("[green]No promise is broken.[/]");
    }
}

/// <summary>A measure of the design and what is aimed at. To miss it fails nothing.</summary>
/// <param name="Bound">The goal, which is reached itself; null: the measure is only reported.</param>
/// <param name="IsMost">Whether the goal is the most it may be, and not the least.</param>
internal sealed record Goal(string Name, Spread Measured, double? Bound, bool IsMost = false)
{
    /// <summary>Whether the median reaches it; null if there is no goal for what was measured.</summary>
    public bool? IsReached =>
        Bound is not { } bound ? null : IsMost ? Measured.Median <= bound : Measured.Median >= bound;

    public Figures Row() => new()
    {
        ["name"] = Name,
        ["measured"] = Measured,
        ["goal"] = Bound is null ? null : Invariant($"{(IsMost ? "≤" : "≥")} {Bound:#,0.##}"),
        ["reached"] = IsReached,
    };
}

/// <summary>A figure and its bound.</summary>
/// <param name="Figure">The figure; null: it could not be measured, and the check fails.</param>
/// <param name="IsLeast">Whether the bound is the least that is allowed; else the most.</param>
/// <param name="Bound">The bound, which is allowed itself.</param>
/// <param name="Unit">Of both, such as <c>s</c>; empty: a plain number.</param>
internal sealed record Check(string Name, double? Figure, bool IsLeast, double Bound, string Unit)
{
    public bool Holds => Figure is { } figure && (IsLeast ? figure >= Bound : figure <= Bound);

    [JsonIgnore]
    public string Text =>
        $"{(Figure is { } figure ? Told(figure) : "not measured")} {(IsLeast ? "≥" : "≤")} {Told(Bound)}";

    public static Check AtMost(string name, double? figure, double bound, string unit = "") =>
        new(name, figure, false, bound, unit);

    public static Check AtLeast(string name, double? figure, double bound, string unit = "") =>
        new(name, figure, true, bound, unit);

    private string Told(double number) => Invariant($"{number:#,0.###} {Unit}").TrimEnd();
}

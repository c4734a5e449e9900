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

    /// <summary>Where it was measured; the experiment's frame adds it.</summary>
    public Surroundings? Surroundings { get; init; }

    /// <summary>What was measured, for a program; each has a name of its own in the JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, object?> Figures { get; init; } = new Figures();

    [JsonIgnore]
    public IReadOnlyList<Table> Tables { get; init; } = [];

    /// <summary>What a reader must know that is not in the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    public IReadOnlyList<Check> Checks { get; init; } = [];

    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>What fails the experiment; empty if nothing does.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Broken =>
        [.. Checks.Where(check => check.Fails).Select(check => check.Name), .. Failures];

    /// <summary>Of all turns: what they measured, what is wrong, and whether others had the machine.</summary>
    /// <param name="table">Their table; its title says what the figures are.</param>
    public static Report Of(
        IReadOnlyList<Reading> turns, Table table, IReadOnlyList<Check> checks, Figures figures,
        params IEnumerable<string> notes)
    {
        figures["turns"] = turns;
        return new Report
        {
            Figures = figures,
            Tables = [table],
            Notes = [.. notes, .. Usage.Disturbance(turns)],
            Checks = checks,
            Failures = [.. turns.Failures()],
        };
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public void Print()
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        foreach (var table in Tables) AnsiConsole.Write(table);
        if (Checks.Count > 0)
            AnsiConsole.Write(FigureTable.Rows("Measures and their bounds", Checks.Select(check => check.Row())));
        if (Surroundings is { } at)
            AnsiConsole.WriteLine(
                Invariant($"{at.Machine}. An append of 4 KiB and its fsync: {at.FsyncMicroseconds:n0} µs."));
        foreach (var note in Notes) AnsiConsole.WriteLine(note);
        foreach (var failure in Broken) AnsiConsole.MarkupLineInterpolated($"[red]FAILED: {failure}[/]");
        if (Broken.Count == 0) AnsiConsole.MarkupLine("[green]No promise is broken.[/]");
    }
}

/// <summary>A figure and its bound.</summary>
/// <param name="Measured">The figure, whose median counts; null: it could not be measured, and does not hold.</param>
/// <param name="Bound">The bound, which is allowed itself; null: the figure is only reported.</param>
/// <param name="IsLeast">Whether the bound is the least that is allowed; else the most.</param>
/// <param name="Unit">Of both, such as <c>s</c>; empty: a plain number.</param>
/// <param name="IsGoal">Whether the bound is aimed at, as a measure of the design: to miss it fails nothing.</param>
internal sealed record Check(
    string Name, Spread? Measured, double? Bound, bool IsLeast = false, string Unit = "", bool IsGoal = false)
{
    /// <summary>Whether the median is within the bound; null if there is none.</summary>
    public bool? Holds => Bound is not { } bound
        ? null
        : Measured is { Median: var median } && (IsLeast ? median >= bound : median <= bound);

    public bool Fails => Holds == false && !IsGoal;

    public static Check AtMost(string name, Spread? measured, double bound, string unit = "") =>
        new(name, measured, bound, IsLeast: false, unit);

    public static Check AtLeast(string name, Spread? measured, double bound, string unit = "") =>
        new(name, measured, bound, IsLeast: true, unit);

    public static Check Goal(string name, Spread? measured, double? bound, bool isLeast = true) =>
        new(name, measured, bound, isLeast, IsGoal: true);

    public Figures Row() => new()
    {
        ["name"] = Name,
        ["measured"] = Measured,
        ["bound"] = Bound is null ? null : Invariant($"{(IsLeast ? "≥" : "≤")} {Bound:#,0.##} {Unit}").TrimEnd(),
        ["verdict"] = (Holds, IsGoal) switch
        {
            (null, _) => null,
            (true, var goal) => goal ? "reached" : "holds",
            (false, var goal) => goal ? "missed" : "FAILED",
        },
    };
}

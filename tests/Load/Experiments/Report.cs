using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Machine;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>What an experiment measured and found. Written as JSON with camelCase names.</summary>
internal abstract record Report
{
    /// <summary>As wide as the widest table. Output that is no terminal would be cut to 80 characters.</summary>
    private const int Width = 190;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    [JsonPropertyOrder(-1)]
    public required Surroundings Surroundings { get; init; }

    /// <summary>What a reader must know that is not in the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    public IReadOnlyList<Check> Checks { get; init; } = [];

    /// <summary>Whatever else is wrong.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    [JsonIgnore]
    public bool Holds => Failures.Count == 0 && Checks.All(check => check.Holds);

    /// <summary>The figures for a person.</summary>
    public abstract IEnumerable<Table> Tables();

    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);

    public void Print()
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        foreach (var table in Tables()) AnsiConsole.Write(table);
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

/// <summary>A figure and its bound.</summary>
/// <param name="Name">What was measured.</param>
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

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

    /// <summary>Where it was measured.</summary>
    [JsonPropertyOrder(-1)]
    public required Surroundings Surroundings { get; init; }

    /// <summary>What a reader must know that is not in the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Figures and the bounds that they must keep.</summary>
    public IReadOnlyList<Check> Checks { get; init; } = [];

    /// <summary>Whatever else is wrong; empty if nothing is.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>Whether nothing is wrong.</summary>
    [JsonIgnore]
    public bool Holds => Failures.Count == 0 && Checks.All(check => check.Holds);

    /// <summary>The figures for a person.</summary>
    public abstract IEnumerable<Table> Tables();

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);

    /// <summary>Shows it to a person.</summary>
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

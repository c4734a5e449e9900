using System.CommandLine;
using Npgsql;
using OrleansSale.Silo.Starting;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Copying;

/// <summary>
/// The command <c>copy</c>: copies all data of an embedded engine to the database of a cluster, or back.
/// </summary>
public static class CopyCommand
{
    /// <summary>Its name, the first argument of the program.</summary>
    public const string Name = "copy";

    private const string FormHint = "a connection string is Host=…;Database=…;Username=…";

    /// <summary>Runs the command.</summary>
    /// <param name="args">What follows its name.</param>
    /// <returns>The exit status: 0 if everything was copied and verified, else 1.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        var from = Place("--from", "Where the data is.");
        var to = Place("--to", "Where it goes: empty, or where this copy was interrupted.");
        var command = new Command(
            Name,
            """
            Copies all data of an engine that is not running, and verifies it: from a data directory to a PostgreSQL
            database, or back.

            A place is the path of a data directory or a connection string (Host=db;Database=sale;Username=sale). The
            password may be left to the environment variable PGPASSWORD or a password file. An interrupted copy goes on
            when it is given again.
            """)
        {
            from, to,
        };
        var isTerminal = !Console.IsOutputRedirected;
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), Console.Out, isTerminal, Console.Error,
            cancellationToken));
        var parsed = new RootCommand { command }.Parse([Name, .. args]);
        if (parsed.Errors.Count == 0) return parsed.InvokeAsync();
        Console.Error.WriteLine($"{parsed.Errors[0].Message} See {Name} --help.");
        return Task.FromResult(1);
    }

    /// <summary>Copies and reports progress; returns the exit status.</summary>
    internal static async Task<int> RunAsync(
        string from, string to, TextWriter output, bool isTerminal, TextWriter errors,
        CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(from, to, output, isTerminal, cancellationToken);
            return 0;
        }
        catch (Exception failure)
        {
            await errors.WriteLineAsync(Explain(failure));
            return 1;
        }
    }

    private static async Task CopyAsync(
        string from, string to, TextWriter output, bool isTerminal, CancellationToken cancellationToken)
    {
        if (IsDatabase(from) == IsDatabase(to))
            throw new CopyException(
                $"One of --from and --to must be a data directory and the other a connection string; {FormHint}.");
        await using CopyPlace source = IsDatabase(from)
            ? await DatabasePlace.OpenSourceAsync(from, cancellationToken) : DirectoryPlace.OpenSource(from);
        await CopyRun.RequireSourceAsync(source, cancellationToken);
        await using CopyPlace target = IsDatabase(to)
            ? await DatabasePlace.OpenTargetAsync(to, source.Name, cancellationToken)
            : DirectoryPlace.OpenTarget(to, source.Name);
        await output.WriteLineAsync($"From {source.Name} to {target.Name}.");
        var run = new CopyRun(source, target, new CopyProgress(output, isTerminal));
        var summary = await run.RunAsync(cancellationToken);
        summary.Write(output);
        await output.WriteLineAsync(
            """
            Everything is carried over and verified. The source is as it was: start engines on one of the two only.
            Not carried: the file of the sandbox payment provider (sandbox.db), which stays where it is.
            """);
    }

    private static Option<string> Place(string name, string description) =>
        new(name) { Description = description, Required = true, HelpName = "place" };

    // A connection string names a host; a directory with an equals sign in its name does not.
    private static bool IsDatabase(string place)
    {
        if (place.StartsWith("postgres://", StringComparison.Ordinal)
            || place.StartsWith("postgresql://", StringComparison.Ordinal))
            throw new CopyException($"An address of this form is not understood: {FormHint}.");
        try
        {
            return new NpgsqlConnectionStringBuilder(place).Host is { Length: > 0 };
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException)
        {
            string[] hosts = ["Host=", "Server="];
            if (hosts.Any(host => place.Contains(host, StringComparison.OrdinalIgnoreCase)))
                throw new CopyException($"This is no connection string: {malformed.Message.ReplaceLineEndings(" ")}");
            return false;
        }
    }

    // The message of a place that can't be opened is complete. Any other failure interrupted the copy.
    private static string Explain(Exception failure) => failure switch
    {
        CopyException or DatabaseUnusableException or FileUnusableException => Sentence(failure.Message),
        OperationCanceledException => "Interrupted. Run the same command again to resume.",
        _ => $"The copy failed: {StartFailure.Describe(failure)} Run the same command again to resume.",
    };

    private static string Sentence(string text) =>
        text[0] == '/'
            ? text.ReplaceLineEndings(" ")
            : string.Concat(text[..1].ToUpperInvariant(), text[1..].ReplaceLineEndings(" "));
}

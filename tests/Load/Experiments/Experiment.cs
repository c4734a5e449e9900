using System.CommandLine;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Makes commands: options in, a report out, and a status that says whether all checks hold.</summary>
internal static class Experiment
{
    private const int Broken = 1, Impossible = 2;

    public static Command Of<TOptions>(
        string name, string description, Func<TOptions, CancellationToken, Task<Report>> runAsync)
        where TOptions : ExperimentOptions, new() =>
        Command<TOptions>(
            name, description, (options, cancellationToken) => TellAsync(options, runAsync, cancellationToken));

    public static async Task<int> TellAsync<TOptions>(
        TOptions options, Func<TOptions, CancellationToken, Task<Report>> runAsync, CancellationToken cancellationToken)
        where TOptions : ExperimentOptions
    {
        var report = await runAsync(options, cancellationToken);
        report.Print();
        if (options.Json is { } json)
            await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
        return report.Holds ? 0 : Broken;
    }

    public static Command Command<TOptions>(
        string name, string description, Func<TOptions, CancellationToken, Task<int>> runAsync)
        where TOptions : CommandOptions, new()
    {
        var command = new Command(name, description);
        var binder = new OptionBinder<TOptions>(command);
        command.SetAction((parsed, cancellationToken) => ActAsync(
            () => binder.Read(parsed) is var options && options.Fault() is { } fault
                ? throw new EngineException(fault)
                : runAsync(options, cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> ActAsync(Func<Task<int>> actAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await actAsync();
        }
        catch (Exception exception) when (exception is EngineException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody asked for it: something took too long. As a cancellation it would end without a word.
            await Console.Error.WriteLineAsync(exception.ToString());
        }

        return Impossible;
    }
}

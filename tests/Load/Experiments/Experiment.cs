using System.CommandLine;
using OrleansSale.Tests.Load.Machine;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Makes commands: options in, a report out, and a status that says whether all checks hold.</summary>
internal static class Experiment
{
    private const int Broken = 1, Impossible = 2;

    public static Command Of<TOptions>(
        string name, string description, Func<TOptions, CancellationToken, Task<Report>> runAsync)
        where TOptions : ExperimentOptions, new() =>
        Command<TOptions>(name, description, async (options, cancellationToken) =>
        {
            var report = await runAsync(options, cancellationToken) with { Surroundings = Surroundings.Survey() };
            report.Print();
            if (options.Json is { } json)
                await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
            return report.Broken.Count == 0 ? 0 : Broken;
        });

    public static Command Command<TOptions>(
        string name, string description, Func<TOptions, CancellationToken, Task<int>> runAsync)
        where TOptions : CommandOptions, new()
    {
        var command = new Command(name, description);
        var binder = new OptionBinder<TOptions>(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await runAsync(binder.Read(parsed.CommandResult), cancellationToken);
            }
            catch (Exception failure) when (failure is EngineException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(failure.Message);
            }
            catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
            {
                // Nobody asked for it: something took too long. As a cancellation it would end without a word.
                await Console.Error.WriteLineAsync(failure.ToString());
            }

            return Impossible;
        });
        return command;
    }
}

using System.CommandLine;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.LocalCluster;

/// <summary>The command <c>cluster</c>.</summary>
internal static class LocalClusterCommand
{
    private const int Most = 16;

    /// <summary>Makes it.</summary>
    public static Command Make()
    {
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description = "Where everything is kept for the next time; by default a temporary folder, deleted at the end.",
        };
        var silos = Numbers.Option("--silos", 3, 1, Most, "Silos.");
        var fronts = Numbers.Option("--fronts", 2, 1, Most, "Fronts.");
        var port = Numbers.Option("--port", 8080, 1, 65_535 - Most, "Port of the first front; the others' follow.");
        var command = new Command("cluster", "Runs PostgreSQL, silos and fronts on loopback, until Ctrl-C.")
            { data, silos, fronts, port };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var cluster = new LocalClusterRun(
                parsed.GetValue(data)?.FullName, parsed.GetValue(silos), parsed.GetValue(fronts), parsed.GetValue(port));
            try
            {
                return await cluster.RunAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is EngineException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return 2;
            }
        });
        return command;
    }
}

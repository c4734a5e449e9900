using System.Diagnostics;

namespace OrleansSale.Tests.Engine;

/// <summary>Runs programs that come to an end by themselves.</summary>
public static class ExternalProgram
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Gives up; the program goes on.</param>
    /// <returns>Its status, and all that it wrote: its output, then its errors.</returns>
    /// <exception cref="EngineException">It could not be started.</exception>
    public static Task<(int Status, string Text)> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken = default) =>
        RunAsync(new ProcessStartInfo(program, arguments) { WorkingDirectory = WorkingCopy.Root }, cancellationToken);

    /// <inheritdoc cref="RunAsync(string, IEnumerable{string}, CancellationToken)"/>
    internal static async Task<(int Status, string Text)> RunAsync(
        ProcessStartInfo start, CancellationToken cancellationToken)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var text = await process.StandardOutput.ReadToEndAsync(cancellationToken) + await errors;
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, text);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new EngineException($"{start.FileName} could not be started: {failure.Message}");
        }
    }
}

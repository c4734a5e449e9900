using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A server as a process of its own. Disposing ends it with SIGKILL, as does the end of this program.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly ProcessOutput _output;

    private ServerProcess(Process process)
    {
        (_process, _output) = (process, new ProcessOutput(process));
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
    }

    /// <summary>The last lines it wrote.</summary>
    public string Output => _output.Text;

    /// <summary>Its number among the machine's processes.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a program and waits until it is ready.</summary>
    /// <exception cref="EngineException">It did not start; the message has what it wrote.</exception>
    public static async Task<ServerProcess> StartAsync(
        ProcessStartInfo start, Func<Task<bool>> isReadyAsync, CancellationToken cancellationToken)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var server = new ServerProcess(
            Process.Start(start) ?? throw new EngineException($"{start.FileName} could not be started"));
        try
        {
            var started = Stopwatch.GetTimestamp();
            // Ended, it may still seem to be ready: another program's answer on the port it did not get.
            while (!await isReadyAsync() || server._process.HasExited)
            {
                if (server._process.HasExited || Stopwatch.GetElapsedTime(started) > StartWithin)
                    throw new EngineException($"{start.FileName} did not start:\n{server.Output}");
                await Task.Delay(PollInterval, cancellationToken);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithUs;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _output.Dispose();
        _process.Dispose();
    }

    private void EndWithUs(object? sender, EventArgs ended)
    {
        if (!_process.HasExited) _process.Kill();
    }
}

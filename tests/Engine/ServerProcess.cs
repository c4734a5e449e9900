using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Engine;

/// <summary>
/// A server of Debian's packages as a process of its own, with a folder and a free port of loopback. Disposing ends it,
/// and deletes the folder.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly ScratchFolder _folder;

    private ServerProcess(Process process, ScratchFolder folder, int port)
    {
        (_process, _folder, Port) = (process, folder, port);
        _output = new ProcessOutput(process);
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
    }

    /// <summary>Its number among the machine's processes.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments, by its folder and its port; what it reads may be put there first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">It is not installed or did not start; the message has its output.</exception>
    public static async Task<ServerProcess> StartAsync(
        string program, Func<string, int, IEnumerable<string>> arguments, CancellationToken cancellationToken)
    {
        var (folder, port) = (new ScratchFolder(), LoopbackPorts.Free());
        var start = new ProcessStartInfo(program, arguments(folder.Path, port))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var server = new ServerProcess(Process.Start(start)!, folder, port);
            try
            {
                await server.WaitUntilItListensAsync(program, cancellationToken);
                return server;
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
        catch (Win32Exception failure)
        {
            folder.Dispose();
            throw new EngineException($"{program} could not be started: {failure.Message}");
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
        _folder.Dispose();
    }

    private async Task WaitUntilItListensAsync(string program, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        // Another program may answer on a port that it did not get.
        while (!await ListensAsync(cancellationToken) || _process.HasExited)
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartWithin)
                throw new EngineException($"{program} did not start:\n{_output.Text}");
            await Task.Delay(PollInterval, cancellationToken); // bounded poll
        }
    }

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void EndWithUs(object? sender, EventArgs ended)
    {
        if (!_process.HasExited) _process.Kill();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace OrleansSale.Tests.Engine;

/// <summary>
/// The engine as a process of its own, on loopback and a data directory. Disposing ends it with SIGKILL; the directory
/// stays.
/// </summary>
public sealed class EngineProcess : IAsyncDisposable
{
    /// <summary>How often another port is tried when somebody took the free one first.</summary>
    public const int PortTries = 5;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly ProcessOutput _output;
    private readonly long _startedAt;

    private EngineProcess(Process process, ProcessOutput output, Uri address, long startedAt)
    {
        _process = process;
        _output = output;
        _startedAt = startedAt;
        Address = address;
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
    }

    /// <summary>Its number among the machine's processes.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>From the start of the process to its first answer, whatever it was.</summary>
    public TimeSpan ToFirstAnswer { get; private set; }

    /// <summary>From the start of the process until it was ready.</summary>
    public TimeSpan ToReady { get; private set; }

    /// <summary>The last lines it wrote, for diagnosis.</summary>
    public string Output => _output.Text;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the engine and waits until it is ready.</summary>
    /// <param name="options">Where its data is, and what differs from the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">It did not start; the message has what it wrote.</exception>
    public static async Task<EngineProcess> StartAsync(
        EngineOptions options, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var engine = Launch(options, FreePort());
            try
            {
                await engine.WaitUntilReadyAsync(options.StartWithin, cancellationToken);
                return engine;
            }
            catch (EngineException) when (attempt < PortTries && engine._output.Says("address already in use"))
            {
                await engine.DisposeAsync();
            }
            catch
            {
                await engine.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>SIGKILL: the process gets no chance to do anything more. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; SIGKILL if it has not ended by then.</summary>
    /// <returns>Whether it ended by itself, with status 0.</returns>
    public async Task<bool> StopAsync(TimeSpan within)
    {
        if (!_process.HasExited) _ = Signals.Terminate(_process.Id);
        using var patience = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return _process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <summary>What it uses now.</summary>
    public EngineUsage Usage()
    {
        _process.Refresh();
        return new EngineUsage(_process.TotalProcessorTime, _process.WorkingSet64, _process.PeakWorkingSet64);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithUs;
        await KillAsync();
        _output.Dispose();
        _process.Dispose();
    }

    private void EndWithUs(object? sender, EventArgs ended)
    {
        if (!_process.HasExited) _process.Kill();
    }

    private static EngineProcess Launch(EngineOptions options, int port)
    {
        var address = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = BuiltEngine("EngineProject"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(BuiltEngine("EngineProject"), BuiltEngine("EngineAssembly")));
        foreach (var argument in options.Arguments(address)) start.ArgumentList.Add(argument);
        foreach (var (name, value) in options.Variables()) start.Environment[name] = value;

        var startedAt = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new EngineException("the engine's process could not be started");
        return new EngineProcess(process, new ProcessOutput(process), address, startedAt);
    }

    private async Task WaitUntilReadyAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = within };
        while (Stopwatch.GetElapsedTime(_startedAt) < within)
        {
            if (_process.HasExited)
            {
                await _output.EndAsync();
                throw new EngineException($"the engine ended with status {_process.ExitCode} at its start:\n{Output}");
            }

            if (await AnswersReadyAsync(http, cancellationToken)) return;
            await Task.Delay(PollInterval, cancellationToken); // bounded poll
        }

        throw new EngineException($"the engine was not ready within {within.TotalSeconds:0} s:\n{Output}");
    }

    private async Task<bool> AnswersReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(_startedAt);
            if (ToFirstAnswer == default) ToFirstAnswer = elapsed;
            if (answer.StatusCode != HttpStatusCode.OK) return false;
            ToReady = elapsed;
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string BuiltEngine(string key) => typeof(EngineProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}

/// <summary>What the engine's process uses.</summary>
/// <param name="Processor">Processor time so far, all cores together.</param>
/// <param name="ResidentBytes">Memory resident now.</param>
/// <param name="PeakResidentBytes">The most it was.</param>
public readonly record struct EngineUsage(TimeSpan Processor, long ResidentBytes, long PeakResidentBytes);

/// <summary>The engine did not do what it must for a test to go on.</summary>
public sealed class EngineException(string message) : Exception(message);

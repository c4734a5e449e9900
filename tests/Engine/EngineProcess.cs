using System.Diagnostics;
using System.Net;

namespace OrleansSale.Tests.Engine;

/// <summary>
/// One of the engine's programs as a process of its own. Disposing ends it with SIGKILL; what it stored stays.
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

    /// <summary>Its status, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program and waits until it is ready.</summary>
    /// <param name="options">Which one, where its data is, and what differs from the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">It did not start; the message has what it wrote.</exception>
    public static async Task<EngineProcess> StartAsync(
        ProgramOptions options, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var engine = Launch(options, options.Port == 0 ? LoopbackPorts.Free() : options.Port);
            try
            {
                await engine.WaitUntilReadyAsync(options.StartWithin, cancellationToken);
                return engine;
            }
            catch (EngineException)
                when (options.Port == 0 && attempt < PortTries && engine._output.Says("address already in use"))
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
        if (await EndsAsync(within)) return _process.ExitCode == 0;
        await KillAsync();
        return false;
    }

    /// <summary>Whether it ends by itself within that time.</summary>
    public async Task<bool> EndsAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGSTOP: it does nothing until <see cref="Continue"/>, and its connections stay open.</summary>
    /// <exception cref="EngineException">It is gone.</exception>
    public void Freeze() => Signal(Signals.Freeze);

    /// <summary>SIGCONT.</summary>
    /// <exception cref="EngineException">It is gone.</exception>
    public void Continue() => Signal(Signals.Continue);

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

    private void Signal(Func<int, bool> signal)
    {
        if (_process.HasExited || !signal(_process.Id)) throw new EngineException($"the process is gone:\n{Output}");
    }

    private void EndWithUs(object? sender, EventArgs ended)
    {
        if (!_process.HasExited) _process.Kill();
    }

    private static EngineProcess Launch(ProgramOptions options, int port)
    {
        var address = new Uri($"http://{options.Host}:{port}");
        var built = WorkingCopy.ProgramOf(options.Project);
        string[] program = options.Assembly is { } other
            ? ["exec", "--runtimeconfig", $"{built}.runtimeconfig.json", other]
            : [$"{built}.dll"];
        string[] command = [.. options.Launcher, "dotnet", .. program, .. options.Arguments(address)];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Path.Combine(WorkingCopy.Root, options.Project),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in options.Variables()) start.Environment[name] = value;

        var startedAt = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new EngineException($"{command[0]} could not be started");
        return new EngineProcess(process, new ProcessOutput(process, options.Wrote), address, startedAt);
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
}

/// <summary>What the engine's process uses.</summary>
/// <param name="Processor">Processor time so far, all cores together.</param>
/// <param name="ResidentBytes">Memory resident now.</param>
/// <param name="PeakResidentBytes">The most it was.</param>
public readonly record struct EngineUsage(TimeSpan Processor, long ResidentBytes, long PeakResidentBytes);

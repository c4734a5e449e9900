using System.Diagnostics;
using System.Text;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Browser.Stage;

/// <summary>The engine as a newcomer starts it: a process of its own, on an empty directory and a free port.</summary>
public sealed class EngineProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);
    private const int KeptOutputCharacters = 20_000;

    private readonly Process _process;
    private readonly DirectoryInfo _data;
    private readonly StringBuilder _output = new();

    private EngineProcess(Process process, DirectoryInfo data, Uri address)
    {
        _process = process;
        _data = data;
        Address = address;
        // A run that is told to end before its tests have ended leaves no engine behind.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts the engine and waits until it is ready.</summary>
    public static async Task<EngineProcess> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("sale-browser-");
        var address = new Uri($"http://127.0.0.1:{LoopbackPorts.Free()}");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Where the settings and the pages are.
            WorkingDirectory = Path.Combine(Repository.Root, "Api"),
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_ENVIRONMENT"] = "Development" },
        };
        foreach (var argument in new[]
        {
            Repository.Built("Api", "OrleansSale.Api.dll"), "--urls", address.OriginalString,
            "--Sale:DataDirectory", data.FullName, "--Sale:Demo", "false",
        })
        {
            start.ArgumentList.Add(argument);
        }
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var engine = new EngineProcess(process, data, address);
        await engine.WaitUntilReadyAsync();
        return engine;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _data.Delete(recursive: true);
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        for (var started = Stopwatch.StartNew(); started.Elapsed < StartsWithin; await Task.Delay(100)) // bounded poll
        {
            if (_process.HasExited) break;
            try
            {
                using var answer = await http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
        string output;
        lock (_output) output = _output.ToString();
        await DisposeAsync();
        throw new InvalidOperationException($"The engine was not ready within {StartsWithin}. It said:\n{output}");
    }

    private void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (_output.Length < KeptOutputCharacters) _output.AppendLine(line);
        }
    }
}

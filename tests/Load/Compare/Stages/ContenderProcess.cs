using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>
/// A comparator's web server. It runs on the engine's own runtime settings (its runtimeconfig.json), in its folder (and so
/// with its appsettings.json), and in the same environment.
/// </summary>
internal sealed class ContenderProcess : IAsyncDisposable
{
    private const string PortTaken = "address already in use";

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private readonly ServerProcess _process;

    private ContenderProcess(ServerProcess process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Its number among the machine's processes.</summary>
    public int Id => _process.Id;

    /// <summary>The last lines it wrote.</summary>
    public string Output => _process.Output;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="name">Which, as its program knows it.</param>
    /// <param name="secrets">Its keys.</param>
    /// <param name="arguments">Arguments besides: where its store is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">It did not start.</exception>
    public static async Task<ContenderProcess> StartAsync(
        string name, EngineSecrets secrets, string[] arguments, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var address = new Uri($"http://127.0.0.1:{LoopbackPorts.Free()}");
            using var http = new HttpClient { BaseAddress = address, Timeout = AnswersWithin };
            try
            {
                var process = await ServerProcess.StartAsync(
                    Command(name, secrets, ["--urls", address.GetLeftPart(UriPartial.Authority), .. arguments]),
                    () => AnswersAsync(http, cancellationToken),
                    cancellationToken);
                return new ContenderProcess(process, address);
            }
            catch (EngineException failure)
                when (attempt < EngineProcess.PortTries && failure.Message.Contains(PortTaken, StringComparison.OrdinalIgnoreCase))
            {
                // Somebody took the free port first; the next one.
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static ProcessStartInfo Command(string name, EngineSecrets secrets, string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", "--runtimeconfig", Built.EngineRuntimeSettings, Built.Contenders, "--contender", name, .. arguments])
        {
            WorkingDirectory = Built.EngineFolder,
        };
        foreach (var (variable, value) in new EngineOptions("", secrets).Variables()) start.Environment[variable] = value;
        return start;
    }

    private static async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}

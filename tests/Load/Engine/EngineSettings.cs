using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// A process' garbage collector is set when it starts, and the load generator's is not the engine's. What measures the
/// engine in its own process therefore starts itself again on the engine's runtime settings.
/// </summary>
internal static class EngineSettings
{
    private const string Mark = "ORLEANSSALE_ON_ENGINE_SETTINGS";

    /// <summary>Whether this process has been started on them.</summary>
    public static bool AreOn => Environment.GetEnvironmentVariable(Mark) == "1";

    /// <summary>Runs this program's command line once more on them; its status. An interrupt is passed on.</summary>
    public static async Task<int> RunAgainAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "exec", "--runtimeconfig", Built.EngineRuntimeSettings, typeof(EngineSettings).Assembly.Location,
                .. Environment.GetCommandLineArgs()[1..],
            ]);
        start.Environment[Mark] = "1";
        using var again = Process.Start(start) ?? throw new EngineException("dotnet could not be started");
        await using var interrupt = cancellationToken.Register(() => _ = Signals.Interrupt(again.Id));
        await again.WaitForExitAsync(CancellationToken.None);
        return again.ExitCode;
    }
}

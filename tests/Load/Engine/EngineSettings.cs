using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// A process' garbage collector is set when it starts, and the load generator's is not the engine's. What measures the
/// engine in its own process therefore starts itself again on the engine's runtime settings.
/// </summary>
internal static class EngineSettings
{
    private const string Mark = "ORLEANSSALE_ON_ENGINE_SETTINGS";

    public static bool AreOn => Environment.GetEnvironmentVariable(Mark) == "1";

    public static async Task<int> RunAgainAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "exec", "--runtimeconfig", WorkingCopy.ProgramOf("Api") + ".runtimeconfig.json",
                typeof(EngineSettings).Assembly.Location, .. arguments,
            ]);
        start.Environment[Mark] = "1";
        using var again = Process.Start(start)!;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, PassOn);
        using var end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, PassOn);
        await again.WaitForExitAsync();
        return again.ExitCode;

        // The one that measures ends what it has started.
        void PassOn(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _ = Signals.Interrupt(again.Id);
        }
    }
}

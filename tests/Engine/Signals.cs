using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Engine;

/// <summary>The one signal that the framework can't send.</summary>
internal static class Signals
{
    private const int Term = 15;

    /// <summary>Asks the process to end; false if it is gone.</summary>
    public static bool Terminate(int process) => Kill(process, Term) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

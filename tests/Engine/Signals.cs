using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Engine;

/// <summary>The signals that the framework can't send.</summary>
internal static class Signals
{
    private const int Int = 2, Term = 15, Cont = 18, Stop = 19;

    /// <summary>Asks the process to end; false if it is gone.</summary>
    public static bool Terminate(int process) => Kill(process, Term) == 0;

    /// <summary>Interrupts the process; false if it is gone.</summary>
    public static bool Interrupt(int process) => Kill(process, Int) == 0;

    /// <summary>Freezes the process until <see cref="Continue"/>; false if it is gone.</summary>
    public static bool Freeze(int process) => Kill(process, Stop) == 0;

    /// <summary>Lets a frozen process go on; false if it is gone.</summary>
    public static bool Continue(int process) => Kill(process, Cont) == 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

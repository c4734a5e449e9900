using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>
/// Linux's epoll: tells which of many connections have something to read. The framework's own readers take several
/// times the processor time, which the engine beside them needs.
/// </summary>
internal sealed class Epoll : IDisposable
{
    private const int Add = 1, Readable = 1, MostEvents = 256;

    /// <summary>An event is 32 bits of flags and 64 of data, packed on x86-64 and aligned elsewhere.</summary>
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private readonly int[] _events = new int[MostEvents * Stride];
    private readonly int _epoll = Known(Create(0));

    /// <summary>Watches a connection from now on; a closed one leaves by itself.</summary>
    /// <param name="handle">The connection's.</param>
    /// <param name="number">What to call it, 0 or more.</param>
    public void Watch(nint handle, int number)
    {
        var added = new int[Stride];
        (added[0], added[Stride - 2]) = (Readable, number);
        Known(Control(_epoll, Add, (int)handle, added));
    }

    /// <summary>Waits until a connection can be read, or this many ms have gone by.</summary>
    /// <returns>How many can be read; see <see cref="NumberOf"/>.</returns>
    public int Wait(int milliseconds)
    {
        var count = WaitFor(_epoll, _events, MostEvents, milliseconds);
        // Interrupted by a signal of the runtime's: nothing yet.
        return Math.Max(0, count);
    }

    /// <summary>The connection of the event of that index.</summary>
    public int NumberOf(int index) => _events[index * Stride + Stride - 2];

    /// <inheritdoc/>
    public void Dispose() => _ = Close(_epoll);

    private static int Known(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int epoll, int operation, int handle, int[] added);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int WaitFor(int epoll, [Out] int[] events, int most, int milliseconds);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}

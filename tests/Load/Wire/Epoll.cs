using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace OrleansSale.Tests.Load.Wire;

/// <summary>
/// Connections that one thread serves by Linux's epoll. The framework's own readers take several times the processor
/// time, which the engine beside them needs.
/// </summary>
internal sealed class Epoll : IDisposable
{
    /// <summary>EPOLLIN, EPOLLOUT and EPOLLET: told once of each change.</summary>
    private const int Changes = 1 | 4 | 1 << 31;

    private const int Add = 1, MostEvents = 256;

    /// <summary>An event is 32 bits of flags and 64 of data, packed on x86-64 and aligned elsewhere.</summary>
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private readonly int[] _events = new int[MostEvents * Stride];
    private readonly SafeFileHandle _epoll = new(Known(Create(0)), ownsHandle: true);

    /// <summary>Begins to connect, and tells of the connection from now on; a closed one leaves by itself.</summary>
    /// <param name="number">What to call it, 0 or more.</param>
    /// <param name="from">Its own address; null: any.</param>
    public Socket Connect(IPEndPoint server, int number, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            Blocking = false,
        };
        try
        {
            if (from is not null) socket.Bind(new IPEndPoint(from, 0));
            socket.Connect(server);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            // Under way; a failure shows when something is sent.
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var added = new int[Stride];
        (added[0], added[Stride - 2]) = (Changes, number);
        Known(Control(_epoll, Add, (int)socket.Handle, added));
        return socket;
    }

    /// <summary>Waits until something has changed, or this many ms have gone by.</summary>
    /// <returns>How many have; see <see cref="NumberOf"/>. None if a signal of the runtime's came between.</returns>
    public int Wait(int milliseconds) => Math.Max(0, WaitFor(_epoll, _events, MostEvents, milliseconds));

    /// <summary>The connection of the event of that index.</summary>
    public int NumberOf(int index) => _events[index * Stride + Stride - 2];

    public void Dispose() => _epoll.Dispose();

    private static int Known(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle epoll, int operation, int handle, int[] added);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static extern int WaitFor(SafeFileHandle epoll, [Out] int[] events, int most, int milliseconds);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Engine;

/// <summary>Finds ports for programs that are started, and keep their port when they are started again.</summary>
/// <remarks>
/// They lie below the range from which Linux takes the ports of outgoing connections (32,768 and up): nobody's
/// connection takes a port while its program is down, and no connection ever meets itself.
/// </remarks>
public static class LoopbackPorts
{
    private const int First = 20_000, Last = 29_999;
    private const int Tries = 1_000;

    private static readonly string Folder = Directory.CreateDirectory(
        Path.Combine(Path.GetTempPath(), $"orleanssale-ports-{Environment.UserName}")).FullName;

    // Each file is locked until this process has ended.
    private static readonly ConcurrentBag<FileStream> Given = [];

    /// <summary>
    /// A port on which nobody listens. None is given twice, also not to another program of tests that runs meanwhile.
    /// </summary>
    /// <exception cref="EngineException">There is none.</exception>
    public static int Free()
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (IsFree(port) && TryTake(port)) return port;
        }

        throw new EngineException("no port is free");
    }

    /// <summary>Whether nobody listens there.</summary>
    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool TryTake(int port)
    {
        try
        {
            Given.Add(new FileStream(
                Path.Combine(Folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

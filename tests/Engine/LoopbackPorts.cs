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

    private static readonly HashSet<int> Given = [];
    private static readonly Lock Lock = new();

    /// <summary>A port on which nobody listens; the same one is never given twice.</summary>
    /// <exception cref="EngineException">There is none.</exception>
    public static int Free()
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (!IsFree(port)) continue;
            lock (Lock)
            {
                if (Given.Add(port)) return port;
            }
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
}

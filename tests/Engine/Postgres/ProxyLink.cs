using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Engine.Postgres;

/// <summary>One connection through the proxy.</summary>
internal sealed class ProxyLink(PostgresProxy proxy, Socket client, Socket server)
{
    private const int BufferBytes = 64 * 1024;

    private readonly PostgresConversation _conversation = new();
    private AnswerToLose? _toLose;
    private int _roundToLose;

    /// <summary>Forwards in both directions until either side ends, or the link is cut.</summary>
    public async Task RunAsync(IPEndPoint address)
    {
        try
        {
            (client.NoDelay, server.NoDelay) = (true, true);
            await proxy.MayPassAsync();
            await server.ConnectAsync(address);
            await Task.WhenAny(PumpAsync(client, server, Asked), PumpAsync(server, client, Answered));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection has ended, which is as if it were cut.
        }

        Cut();
    }

    /// <summary>Ends it on both sides at once, with a reset.</summary>
    public void Cut()
    {
        foreach (var socket in (Socket[])[client, server]) socket.Close(timeout: 0);
    }

    private async Task PumpAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, bool> passes)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await from.ReceiveAsync(buffer) is var received and > 0)
            {
                await proxy.MayPassAsync();
                if (!passes(buffer.AsMemory(0, received))) continue;
                for (var sent = 0; sent < received;) sent += await to.SendAsync(buffer.AsMemory(sent, received - sent));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either side has ended.
        }
    }

    private bool Asked(ReadOnlyMemory<byte> bytes)
    {
        _conversation.Asked(bytes.Span, statement =>
        {
            if (_toLose is not null || proxy.Claim(statement) is not { } claimed) return;
            _roundToLose = _conversation.Rounds + 1;
            Volatile.Write(ref _toLose, claimed);
        });
        return true;
    }

    private bool Answered(ReadOnlyMemory<byte> bytes)
    {
        _conversation.Answered(bytes.Span);
        if (Volatile.Read(ref _toLose) is not { } toLose) return true;
        if (_conversation.Completed >= _roundToLose)
        {
            Cut();
            toLose.TrySetResult();
        }

        return false;
    }
}

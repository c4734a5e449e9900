using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>
/// A keep-alive connection that sends one request at a time and reads its answer: no pipelining, as browsers do. It
/// opens itself when
/// needed, allocates nothing per request, and is ended from outside when an answer takes too long.
/// </summary>
internal sealed class WireConnection(IPEndPoint server) : IDisposable
{
    private readonly WireAnswer _answer = new();
    private Socket? _socket;
    private long _askedAt;

    /// <summary>Sends a request and reads its answer, which stays valid until the next call.</summary>
    /// <exception cref="IOException">No whole answer came: what became of the request is not known.</exception>
    public async ValueTask<WireAnswer> AskAsync(ReadOnlyMemory<byte> request)
    {
        Volatile.Write(ref _askedAt, Stopwatch.GetTimestamp());
        try
        {
            // A server may close a connection that was idle for long; every client asks again on a fresh one then.
            if (_socket is not null && await TryAskAsync(_socket, request)) return _answer;
            Close();
            _socket = await OpenAsync();
            if (await TryAskAsync(_socket, request)) return _answer;
            throw new WireException("the connection was closed before the answer");
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or WireException)
        {
            Close();
            throw exception as WireException ?? new WireException(exception.Message);
        }
        finally
        {
            Volatile.Write(ref _askedAt, 0);
        }
    }

    /// <summary>Ends the connection if its answer takes longer than this. Any thread may call it.</summary>
    public void EndIfWaitingFor(TimeSpan bound)
    {
        var askedAt = Volatile.Read(ref _askedAt);
        if (askedAt != 0 && Stopwatch.GetElapsedTime(askedAt) > bound) _socket?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>False: the connection was closed before anything of an answer came.</summary>
    private async ValueTask<bool> TryAskAsync(Socket socket, ReadOnlyMemory<byte> request)
    {
        var some = false;
        _answer.Clear();
        try
        {
            for (var sent = 0; sent < request.Length;)
                sent += await socket.SendAsync(request[sent..], SocketFlags.None);
            while (true)
            {
                var received = await socket.ReceiveAsync(_answer.Space(), SocketFlags.None);
                if (received == 0)
                    return some ? throw new WireException("the connection was closed before the answer's end") : false;
                some = true;
                if (!_answer.Added(received)) continue;
                if (_answer.Closes) Close();
                return true;
            }
        }
        catch (SocketException exception) when (!some && exception.SocketErrorCode
            is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)
        {
            return false;
        }
    }

    private async ValueTask<Socket> OpenAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}

using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>A keep-alive connection that opens itself when needed, and allocates nothing for a request.</summary>
internal sealed class WireConnection(Epoll epoll, IPEndPoint server, int number, int maxAnswerBytes)
{
    private const int Idle = -1;

    private Socket? _socket;
    private ReadOnlyMemory<byte> _request;
    private int _index = Idle, _sent;
    private long _askedAt;
    private bool _isFresh, _hasBegun;

    /// <summary>The last answer; valid until the next request.</summary>
    public WireAnswer Answer { get; } = new(maxAnswerBytes);

    /// <summary>How long the request under way has been waiting.</summary>
    public TimeSpan WaitsFor() => _index == Idle ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_askedAt);

    /// <summary>Takes a request; <see cref="Proceed"/> sends it.</summary>
    public void Ask(int index, ReadOnlyMemory<byte> request)
    {
        (_index, _request, _askedAt) = (index, request, Stopwatch.GetTimestamp());
        (_sent, _hasBegun, _isFresh) = (0, false, false);
        Answer.Clear();
    }

    /// <summary>Sends and reads as much as it can now.</summary>
    /// <returns>Whether the request is settled: by the answer, or by a failure.</returns>
    public bool Proceed(out string? failure)
    {
        failure = null;
        if (_index == Idle) return false;
        try
        {
            while (true)
            {
                if (_socket is null) (_socket, _isFresh) = (epoll.Connect(server, number), true);
                var error = Exchange(_socket);
                if (error == SocketError.WouldBlock) return false;
                if (error == SocketError.Success) return true;
                if (_isFresh || _hasBegun) throw new WireException($"no whole answer came: {error}");
                // A server may close a connection that was idle for long; every client asks again on a fresh one then.
                Close();
                _sent = 0;
            }
        }
        catch (Exception exception) when (exception is SocketException or WireException)
        {
            failure = exception.Message;
            return true;
        }
    }

    /// <summary>The request is settled. Nothing more can be read after a failure.</summary>
    /// <returns>Its index.</returns>
    public int Settle(string? failure)
    {
        if (failure is not null || Answer.Closes) Close();
        var index = _index;
        _index = Idle;
        return index;
    }

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <summary>Success: the answer is whole. WouldBlock: more is to come.</summary>
    private SocketError Exchange(Socket socket)
    {
        while (_sent < _request.Length)
        {
            var sent = socket.Send(_request.Span[_sent..], SocketFlags.None, out var error);
            if (error != SocketError.Success) return error;
            _sent += sent;
        }

        while (true)
        {
            var received = socket.Receive(Answer.Space().Span, SocketFlags.None, out var error);
            if (error != SocketError.Success) return error;
            if (received == 0) return SocketError.Disconnecting;
            _hasBegun = true;
            if (Answer.Added(received)) return SocketError.Success;
        }
    }
}

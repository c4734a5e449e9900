using System.Net;
using System.Net.Sockets;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Viewers of one batch's event stream. One thread serves all their connections.</summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>Viewers that connect together; the next ones wait until these see the board.</summary>
    private const int LotSize = 250;

    /// <summary>Fewer than the outgoing ports of one address.</summary>
    private const int ViewersOfAddress = 20_000;

    private const int BufferBytes = 64 * 1024, WaitMilliseconds = 5;

    /// <summary>How long to wait for news.</summary>
    public static readonly TimeSpan ReachedWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LotWithin = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromMilliseconds(5);

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Func<int, byte[]> _request;
    private readonly IPEndPoint _server;
    private readonly int _street;
    private readonly Socket?[] _sockets;
    private readonly bool[] _hasAsked;
    private readonly NewsScanner[] _scanners;
    private readonly Epoll _epoll = new();
    private readonly Thread _thread;
    private volatile bool _ends;
    private volatile Reach? _reach;
    private volatile int _wanted, _seeing, _lost;

    /// <param name="viewers">How many; none is there before <see cref="ConnectAsync"/>.</param>
    /// <param name="request">The request by which the viewer of that number, 0…, watches.</param>
    /// <param name="street">Which of the loopback's addresses they come from, 0…200: closed connections keep their
    /// ports for a while.</param>
    public Crowd(int viewers, Uri engine, Func<int, byte[]> request, int street)
    {
        (_sockets, _hasAsked, _scanners) = (new Socket[viewers], new bool[viewers], new NewsScanner[viewers]);
        (_server, _street) = (new IPEndPoint(IPAddress.Loopback, engine.Port), street);
        _request = request;
        _thread = new Thread(Serve) { Name = "crowd", IsBackground = true };
        _thread.Start();
    }

    public int Lost => _lost;

    /// <summary>Connects them all; each has seen the board when this returns.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        while (_wanted < _sockets.Length)
        {
            _wanted = Math.Min(_wanted + LotSize, _sockets.Length);
            var started = Stopwatch.GetTimestamp();
            while (_seeing < _wanted)
            {
                if (Stopwatch.GetElapsedTime(started) > LotWithin || Lost > 0)
                    throw new EngineException($"only {_seeing} of {_wanted} viewers see the board, {Lost} have ended");
                await Task.Delay(Poll, cancellationToken);
            }
        }
    }

    /// <summary>From now on, whoever is told this phase, or an announcement, counts as reached.</summary>
    /// <param name="news">The phase's name, or <see cref="Reach.Announcement"/>.</param>
    public Reach Expect(string news) => _reach = new Reach(news, _sockets.Length);

    /// <summary>Waits until all have been reached, or patience runs out.</summary>
    public async Task ReachedAsync(Reach reach, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (reach.Count < _sockets.Length && Stopwatch.GetElapsedTime(started) < ReachedWithin)
            await Task.Delay(Poll, cancellationToken);
    }

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        foreach (var socket in _sockets) socket?.Dispose();
        _epoll.Dispose();
    }

    private void Serve()
    {
        for (var connected = 0; !_ends;)
        {
            for (; connected < _wanted; connected++)
            {
                IPAddress from = new([127, 1, (byte)_street, (byte)(1 + connected / ViewersOfAddress)]);
                _sockets[connected] = _epoll.Connect(_server, connected, from);
            }

            var events = _epoll.Wait(WaitMilliseconds);
            for (var index = 0; index < events; index++) Proceed(_epoll.NumberOf(index));
        }
    }

    private void Proceed(int viewer)
    {
        var socket = _sockets[viewer]!;
        while (true)
        {
            var (isAsking, error) = (!_hasAsked[viewer], SocketError.Success);
            var length = isAsking
                ? socket.Send(_request(viewer), SocketFlags.None, out error)
                : socket.Receive(_buffer, SocketFlags.None, out error);
            if (error == SocketError.WouldBlock) return;
            if (length == 0 || error != SocketError.Success)
            {
                socket.Dispose();
                _lost++;
                return;
            }

            if (isAsking) _hasAsked[viewer] = true;
            else Read(viewer, _buffer.AsSpan(0, length));
        }
    }

    private void Read(int viewer, ReadOnlySpan<byte> piece)
    {
        ref var scanner = ref _scanners[viewer];
        var (isFirst, announced) = (scanner.Phase == 0, scanner.Announcements);
        var phases = scanner.Read(piece);
        if (phases > 0 && isFirst) _seeing++;
        if (phases > 0) _reach?.Told(viewer, scanner.Phase, Stopwatch.GetTimestamp());
        if (scanner.Announcements != announced)
            _reach?.Told(viewer, (byte)Reach.Announcement[0], Stopwatch.GetTimestamp());
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Viewers of one batch's event stream. One thread reads all their connections.</summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>Viewers that connect together; the next ones wait until these see the board.</summary>
    private const int LotSize = 250;

    /// <summary>Fewer than the outgoing ports of one address.</summary>
    private const int ViewersOfAddress = 20_000;

    private const int BufferBytes = 64 * 1024, WaitMilliseconds = 50;

    private static readonly TimeSpan LotWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly Socket?[] _sockets;
    private readonly PhaseScanner[] _scanners;
    private readonly Epoll _epoll = new();
    private readonly Thread _reader;
    private volatile bool _ends;
    private volatile Reach? _reach;
    private long _boards;
    private int _seeing;
    private int _lost;

    /// <param name="viewers">How many.</param>
    public Crowd(int viewers)
    {
        (_sockets, _scanners) = (new Socket[viewers], new PhaseScanner[viewers]);
        _reader = new Thread(Read) { Name = "crowd", IsBackground = true };
        _reader.Start();
    }

    /// <summary>Viewers who have seen a board.</summary>
    public int Seeing => Volatile.Read(ref _seeing);

    /// <summary>Viewers whose stream ended.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Boards that all viewers together have been told.</summary>
    public long Boards => Interlocked.Read(ref _boards);

    /// <summary>Connects them all; each has seen the board when this returns.</summary>
    /// <param name="engine">Where to.</param>
    /// <param name="batch">What they watch.</param>
    /// <param name="street">Which of the loopback's addresses they come from, 0…200: closed connections keep their
    /// ports for a while.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">Some don't see it.</exception>
    public async Task ConnectAsync(Uri engine, string batch, int street, CancellationToken cancellationToken)
    {
        var server = new IPEndPoint(IPAddress.Loopback, engine.Port);
        var request =
            Encoding.ASCII.GetBytes($"GET /api/batches/{batch}/live HTTP/1.1\r\nHost: {engine.Authority}\r\n\r\n");
        for (var first = 0; first < _sockets.Length; first += LotSize)
        {
            var next = Math.Min(first + LotSize, _sockets.Length);
            for (var viewer = first; viewer < next; viewer++) Connect(viewer, server, request, street);
            var started = Stopwatch.GetTimestamp();
            while (Seeing < next)
            {
                if (Stopwatch.GetElapsedTime(started) > LotWithin || Lost > 0)
                    throw new EngineException($"only {Seeing} of {next} viewers see the board, {Lost} streams ended");
                await Task.Delay(Poll, cancellationToken); // bounded poll
            }
        }
    }

    /// <summary>From now on, whoever is told this phase counts as reached.</summary>
    public Reach Expect(string phase) => _reach = new Reach(phase, _sockets.Length);

    /// <summary>Waits until all have been reached, or patience runs out.</summary>
    public async Task ReachedAsync(Reach reach, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (reach.Count < _sockets.Length && Stopwatch.GetElapsedTime(started) < patience)
            await Task.Delay(Poll, cancellationToken); // bounded poll
    }

    /// <summary>Ends all streams.</summary>
    public void Dispose()
    {
        _ends = true;
        _reader.Join();
        foreach (var socket in _sockets) socket?.Dispose();
        _epoll.Dispose();
    }

    private void Connect(int viewer, IPEndPoint server, byte[] request, int street)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets[viewer] = socket;
        socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)street, (byte)(1 + viewer / ViewersOfAddress)]), 0));
        socket.Connect(server);
        socket.Send(request);
        socket.Blocking = false;
        _epoll.Watch(socket.Handle, viewer);
    }

    private void Read()
    {
        var buffer = new byte[BufferBytes];
        while (!_ends)
        {
            var count = _epoll.Wait(WaitMilliseconds);
            for (var index = 0; index < count; index++) Read(_epoll.NumberOf(index), buffer);
        }
    }

    private void Read(int viewer, byte[] buffer)
    {
        var socket = _sockets[viewer]!;
        var length = socket.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) return;
        if (length == 0 || error != SocketError.Success)
        {
            socket.Dispose();
            Interlocked.Increment(ref _lost);
            return;
        }

        ref var scanner = ref _scanners[viewer];
        var isFirst = scanner.Phase == 0;
        if (scanner.Read(buffer.AsSpan(0, length)) is var told && told == 0) return;
        if (isFirst) Interlocked.Increment(ref _seeing);
        Interlocked.Add(ref _boards, told);
        _reach?.Told(viewer, scanner.Phase, Stopwatch.GetTimestamp());
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Viewers of one batch's event stream. One thread serves all their connections.</summary>
internal sealed class Crowd : IDisposable
{
    /// <summary>Viewers that connect together; the next ones wait until these see the board.</summary>
    private const int LotSize = 250;

    /// <summary>Fewer than the outgoing ports of one address.</summary>
    private const int ViewersOfAddress = 20_000;

    private const int BufferBytes = 64 * 1024, WaitMilliseconds = 5;

    private static readonly TimeSpan LotWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

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
    /// <param name="engine">Where to.</param>
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

    /// <summary>Viewers whose stream ended.</summary>
    public int Lost => _lost;

    /// <summary>Connects them all; each has seen the board when this returns.</summary>
    /// <exception cref="EngineException">Some don't see it.</exception>
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
                await Task.Delay(Poll, cancellationToken); // bounded poll
            }
        }
    }

    /// <summary>From now on, whoever is told this phase, or an announcement, counts as reached.</summary>
    /// <param name="news">The phase's name, or <see cref="Reach.Announcement"/>.</param>
    public Reach Expect(string news) => _reach = new Reach(news, _sockets.Length);

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
        if (scanner.Announcements != announced) _reach?.Told(viewer, Reach.Announced, Stopwatch.GetTimestamp());
    }
}

/// <summary>Whom the news of a phase, or an announcement, has reached.</summary>
internal sealed class Reach(string news, int viewers)
{
    /// <summary>The news that is an announcement.</summary>
    public const string Announcement = "Announcement";

    private readonly long[] _reachedAt = new long[viewers];
    private int _reached;

    /// <summary>What an announcement is told as. No phase begins with a capital.</summary>
    public static byte Announced => (byte)Announcement[0];

    public string News => news;

    /// <summary>How many have been reached.</summary>
    public int Count => Volatile.Read(ref _reached);

    /// <summary>A viewer was told some news, by their first letter; by one thread at a time.</summary>
    public void Told(int viewer, byte letter, long at)
    {
        if (letter != news[0] || _reachedAt[viewer] != 0) return;
        _reachedAt[viewer] = at;
        Volatile.Write(ref _reached, _reached + 1);
    }

    /// <summary>From a moment (Stopwatch ticks) until this share was reached, in s; null: it never was.</summary>
    public double? SecondsTo(double share, long since)
    {
        var needed = (int)Math.Ceiling(share * viewers);
        var reached = _reachedAt.Where(at => at != 0).Order().ToArray();
        return reached.Length < needed
            ? null
            : Math.Max(0, (reached[needed - 1] - since) / (double)Stopwatch.Frequency);
    }
}

/// <summary>
/// Finds the phase in a stream of events, however the stream is cut into pieces, by the first letter of its name: each
/// phase has one of its own. It counts announcements. It keeps four bytes of state.
/// </summary>
internal struct NewsScanner
{
    /// <summary>The needle begins with a quotation mark. The mark at this place may begin another needle.</summary>
    private const int SecondMark = 7;

    private byte _matched, _announced;

    private static ReadOnlySpan<byte> Needle => "\"phase\":\""u8;

    /// <summary>The event's line, with the end of the one before: no other place of it begins like that.</summary>
    private static ReadOnlySpan<byte> AnnouncementLine => "\nevent: announcement\n"u8;

    /// <summary>The first letter of the phase told last; 0: none yet.</summary>
    public byte Phase { get; private set; }

    /// <summary>How many announcements were told, modulo 256.</summary>
    public byte Announcements { get; private set; }

    /// <summary>Reads the next piece.</summary>
    /// <returns>How many phases it told.</returns>
    public int Read(ReadOnlySpan<byte> piece)
    {
        var told = 0;
        foreach (var letter in piece)
        {
            ReadLine(letter);
            if (_matched == Needle.Length)
            {
                (Phase, _matched) = (letter, 0);
                told++;
                continue;
            }

            if (letter != Needle[_matched] && _matched == SecondMark) _matched = 1;
            _matched = letter == Needle[_matched] ? (byte)(_matched + 1) : letter == Needle[0] ? (byte)1 : (byte)0;
        }

        return told;
    }

    private void ReadLine(byte letter)
    {
        var isNext = letter == AnnouncementLine[_announced];
        _announced = isNext ? (byte)(_announced + 1) : letter == AnnouncementLine[0] ? (byte)1 : (byte)0;
        if (_announced < AnnouncementLine.Length) return;
        // Its last letter may begin the next one.
        _announced = 1;
        Announcements++;
    }
}

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Whom the news of a phase, or an announcement, has reached. News is told by its first letter.</summary>
internal sealed class Reach(string news, int viewers)
{
    /// <summary>The news that is an announcement. No phase begins with a capital.</summary>
    public const string Announcement = "Announcement";

    private readonly long[] _reachedAt = new long[viewers];
    private int _reached;

    public string News => news;

    public int Count => Volatile.Read(ref _reached);

    /// <summary>A viewer was told some news; by one thread at a time.</summary>
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
/// Finds phases and announcements in a stream of events, however that is cut into pieces. A phase is known by the first
/// letter of its name: each has one of its own.
/// </summary>
internal struct NewsScanner
{
    /// <summary>The beginning of an event whose end has not come; null, as nearly always: there is none.</summary>
    private byte[]? _rest;

    /// <summary>The first letter of the phase told last; 0: none yet.</summary>
    public byte Phase { get; private set; }

    /// <summary>How many announcements were told, modulo 256.</summary>
    public byte Announcements { get; private set; }

    /// <summary>Reads the next piece.</summary>
    /// <returns>How many phases it told.</returns>
    public int Read(ReadOnlySpan<byte> piece)
    {
        var told = 0;
        ReadOnlySpan<byte> left = _rest is null ? piece : (byte[])[.. _rest, .. piece];
        for (int end; (end = left.IndexOf("\n\n"u8)) >= 0; left = left[(end + 2)..])
        {
            var one = left[..(end + 1)];
            if (one.StartsWith("event: announcement\n"u8) || one.IndexOf("\nevent: announcement\n"u8) >= 0)
                Announcements++;
            if (one.LastIndexOf("\"phase\":\""u8) is >= 0 and var at)
                (Phase, told) = (one[at + "\"phase\":\"".Length], told + 1);
        }

        _rest = left.Trim("\r\n"u8).IsEmpty ? null : left.ToArray();
        return told;
    }
}

using System.Diagnostics;

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
    private Finder _phase, _announcement;
    private bool _isNamed;

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
            if (_isNamed) (Phase, told) = (letter, told + 1);
            _isNamed = _phase.EndsWith(letter, "\"phase\":\""u8);
            if (_announcement.EndsWith(letter, "\nevent: announcement\n"u8)) Announcements++;
        }

        return told;
    }

    /// <summary>Finds a text letter by letter. It keeps one byte, for there are many viewers.</summary>
    private struct Finder
    {
        private byte _matched;

        public bool EndsWith(byte letter, ReadOnlySpan<byte> text)
        {
            while (_matched > 0 && text[_matched] != letter) _matched = Overlap(text[.._matched]);
            if (text[_matched] == letter) _matched++;
            if (_matched < text.Length) return false;
            _matched = Overlap(text);
            return true;
        }

        /// <summary>How much of its end may be the beginning of the next one.</summary>
        private static byte Overlap(ReadOnlySpan<byte> text)
        {
            var length = text.Length - 1;
            while (length > 0 && !text.EndsWith(text[..length])) length--;
            return (byte)length;
        }
    }
}

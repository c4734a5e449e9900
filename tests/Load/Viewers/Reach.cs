using System.Diagnostics;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Whom the news of a phase has reached.</summary>
/// <param name="phase">Its name, such as <c>paused</c>.</param>
/// <param name="viewers">How many there are to be reached.</param>
internal sealed class Reach(string phase, int viewers)
{
    private readonly long[] _reachedAt = new long[viewers];
    private int _reached;

    /// <summary>The phase.</summary>
    public string Phase => phase;

    /// <summary>How many have been reached.</summary>
    public int Count => Volatile.Read(ref _reached);

    /// <summary>A viewer was told a phase; by one thread at a time.</summary>
    public void Told(int viewer, byte letter, long at)
    {
        if (letter != phase[0] || _reachedAt[viewer] != 0) return;
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

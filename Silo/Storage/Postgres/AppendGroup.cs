using System.Diagnostics;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// Chooses the rows of each call: all that wait, but at most one row of each stream, sorted by stream. The next row of
/// a stream, and a row that was busy, go into a later call.
/// </summary>
internal sealed class AppendGroup(AppendQueue queue)
{
    /// <summary>How long a row whose stream another session holds is retried before it fails.</summary>
    public static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    /// <summary>Most rows that are set aside. Further rows wait in the queue.</summary>
    private const int MaxSetAside = AppendQueue.MaxGroupRows;

    private static readonly Comparison<PendingAppend> ByStream =
        (left, right) => string.CompareOrdinal(left.Commit.Stream, right.Commit.Stream);

    private readonly HashSet<string> _streams = [];
    private List<PendingAppend> _setAside = [];
    private List<PendingAppend> _before = [];
    private int _bytes;

    /// <summary>The rows of the next call.</summary>
    public List<PendingAppend> Rows { get; } = new(AppendQueue.MaxGroupRows);

    /// <summary>Whether rows are set aside.</summary>
    public bool HasSetAside => _setAside.Count > 0;

    /// <summary>Gathers the rows of the next call.</summary>
    public void Gather()
    {
        Rows.Clear();
        _streams.Clear();
        _bytes = 0;
        (_before, _setAside) = (_setAside, _before);
        foreach (var append in _before) Add(append);
        _before.Clear();
        while (!IsFull && _setAside.Count < MaxSetAside && queue.TryRead(out var append)) Add(append);
        Rows.Sort(ByStream);
    }

    /// <summary>Keeps a busy row for a later call; false if it was retried for long enough.</summary>
    public bool TryKeep(PendingAppend append)
    {
        append.TriedSince ??= Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(append.TriedSince.Value) > BusyFor) return false;
        _setAside.Add(append);
        return true;
    }

    private bool IsFull => Rows.Count >= AppendQueue.MaxGroupRows || _bytes >= AppendQueue.MaxGroupBytes;

    private void Add(PendingAppend append)
    {
        if (IsFull || _streams.Contains(append.Commit.Stream)) _setAside.Add(append);
        else if (append.TryTake())
        {
            Rows.Add(append);
            _streams.Add(append.Commit.Stream);
            _bytes += append.Commit.Entries.Length;
        }
    }
}

using System.Globalization;

namespace OrleansSale.Tests.Engine;

/// <summary>Every process of the machine with its parent and its processor time, at one moment.</summary>
public sealed class ProcessTree
{
    /// <summary>Linux counts processor time in hundredths of a second.</summary>
    private const double TicksPerSecond = 100;

    private readonly ILookup<int, Entry> _children;
    private readonly Dictionary<int, Entry> _entries;

    private ProcessTree(IEnumerable<Entry> entries)
    {
        _entries = entries.ToDictionary(entry => entry.Id);
        _children = _entries.Values.ToLookup(entry => entry.Parent);
    }

    /// <summary>Reads it.</summary>
    public static ProcessTree Read() => new(
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)
        let entry = ReadEntry(folder)
        where entry is not null
        select entry.Value);

    /// <summary>
    /// Processor time of a process and all below it, those that have ended included; zero if it is not there.
    /// </summary>
    public TimeSpan ProcessorOf(int process) =>
        _entries.TryGetValue(process, out var entry)
            ? TimeSpan.FromSeconds(TicksOf(entry) / TicksPerSecond)
            : TimeSpan.Zero;

    /// <summary>A process and all below it; none if it is not there.</summary>
    public IEnumerable<int> Members(int process) =>
        _entries.TryGetValue(process, out var entry)
            ? [process, .. _children[entry.Id].SelectMany(child => Members(child.Id))]
            : [];

    /// <summary>Processor time in which the machine was not idle since it started, all cores together.</summary>
    public static TimeSpan ReadMachineBusy() => BusyOf(File.ReadLines("/proc/stat").First());

    /// <summary>
    /// Of the first line of /proc/stat: all but idle, waiting for a disk, and guests (which are counted as users).
    /// </summary>
    public static TimeSpan BusyOf(string line)
    {
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var (idle, waiting) = (ticks[3], ticks[4]);
        return TimeSpan.FromSeconds((ticks.Sum() - idle - waiting) / TicksPerSecond);
    }

    /// <summary>Of a process' stat: the name may hold anything, so fields count from its last parenthesis.</summary>
    public static Entry EntryOf(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var id = int.Parse(stat[..stat.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        var ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        return new Entry(id, int.Parse(fields[1], CultureInfo.InvariantCulture), ticks);
    }

    private static Entry? ReadEntry(string folder)
    {
        try
        {
            return EntryOf(File.ReadAllText(Path.Combine(folder, "stat")));
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }

    private long TicksOf(Entry entry) => entry.Ticks + _children[entry.Id].Sum(TicksOf);

    /// <summary>A process.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Parent">Its parent's.</param>
    /// <param name="Ticks">Its processor time, and that of the children it has seen end.</param>
    public readonly record struct Entry(int Id, int Parent, long Ticks);
}

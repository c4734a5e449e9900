using System.Globalization;

namespace OrleansSale.Silo;

/// <summary>
/// How many files and connections the system lets this process have open (RLIMIT_NOFILE). The runtime raises the soft
/// limit to the hard one at its start.
/// </summary>
public static class OpenFiles
{
    /// <summary>The value if the system does not report one: the smallest default of the supported systems.</summary>
    public const int Assumed = 10_240;

    private const string LimitsFile = "/proc/self/limits", Name = "Max open files";

    /// <summary>The limit of this process.</summary>
    public static int Limit { get; } = File.Exists(LimitsFile) ? Read(File.ReadLines(LimitsFile)) : Assumed;

    /// <summary>Reads it from the lines of <c>/proc/self/limits</c>: name, soft limit, hard limit, unit.</summary>
    public static int Read(IEnumerable<string> limits)
    {
        if (limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is not { } line)
            return Assumed;
        var soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? (int)Math.Min(limit, int.MaxValue)
            : int.MaxValue;
    }
}

using System.Globalization;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>Which process has an end of a connection on this machine, as Linux tells it.</summary>
internal static class LoopbackConnections
{
    private const int LocalColumn = 1, RemoteColumn = 2, InodeColumn = 9;

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>Whether the process has the end that is at <paramref name="port"/>.</summary>
    /// <param name="process">The process.</param>
    /// <param name="port">The port of its end.</param>
    /// <param name="otherPort">The port of the other end.</param>
    public static bool IsOf(int process, int port, int otherPort)
    {
        var sockets = Tables.SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length > InodeColumn && PortOf(row[LocalColumn]) == port
                && PortOf(row[RemoteColumn]) == otherPort)
            .Select(row => $"socket:[{row[InodeColumn]}]").ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateFileSystemEntries($"/proc/{process}/fd")
            .Any(file => sockets.Contains(TargetOf(file)));
    }

    // An address is hexadecimal digits, a colon and the port. The head of the table has other words there.
    private static int PortOf(string address) => int.TryParse(
        address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..], NumberStyles.AllowHexSpecifier,
        CultureInfo.InvariantCulture, out var port) ? port : 0;

    // A file may be closed meanwhile.
    private static string TargetOf(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

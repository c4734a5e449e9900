using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Whether an open database is still the one at its path. Somebody may unlink, rename or replace it, its log, or its whole
/// directory; SQLite goes on writing to the files it has open, which nobody will find again.
/// </summary>
/// <remarks>
/// The safety argument: asked after a COMMIT and before anybody is told, <see cref="Require"/> finds at the path the very
/// files that COMMIT wrote to. So everything that is told was in the right files at a moment after it was durable, and a later
/// commit into lost files is told to nobody. Once lost, a database stays lost until the process is started again:
/// were it opened anew, it would be another one. Overwriting a file's content in place is not seen here.
/// </remarks>
internal sealed partial class FileGuard(string path, ILogger log)
{
    private const string Lost = "its file was moved, removed or replaced while it was open: the engine must be started again";

    private readonly string[] _paths = [path, path + "-wal", path + "-shm"];
    private readonly Lock _changing = new();
    private volatile FileIdentity?[] _identities = [FileIdentity.Of(path), null, null];
    private volatile bool _isLost;

    /// <summary>
    /// Takes in the log and its index, which SQLite makes with the first connection that reads and removes with the last.
    /// Call it while one is open.
    /// </summary>
    /// <exception cref="FileLostException">The file is lost.</exception>
    public void TakeIn()
    {
        Require();
        lock (_changing) _identities = [_identities[0], FileIdentity.Of(_paths[1]), FileIdentity.Of(_paths[2])];
    }

    /// <summary>The connection is about to be closed, and the log may go with it.</summary>
    public void LetGo()
    {
        lock (_changing) _identities = [_identities[0], null, null];
    }

    /// <summary>Demands that the open files are those at their paths.</summary>
    /// <exception cref="FileLostException">They are not.</exception>
    public void Require()
    {
        if (!_isLost && FindLost() is null) return;
        lock (_changing)
        {
            // Looked again: the log may have been let go in the meantime.
            if (!_isLost)
            {
                if (FindLost() is not { } lost) return;
                Log.Lost(log, lost, Environment.ProcessId);
                _isLost = true;
            }
        }

        throw new FileLostException(Lost);
    }

    private string? FindLost()
    {
        var identities = _identities;
        for (var place = 0; place < identities.Length; place++)
        {
            if (identities[place] is { } identity && FileIdentity.Of(_paths[place]) != identity) return _paths[place];
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical,
            "{Path} was moved, removed or replaced while it was open. Nothing more is stored until the engine is started again; put "
            + "the file back first. While this process lives, Linux keeps what it had open under /proc/{Process}/fd")]
        public static partial void Lost(ILogger log, string path, int process);
    }
}

using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Whether an open database is still the one at its path. Somebody may unlink, rename or replace it, its log, or its
/// whole directory; SQLite goes on writing to the files it has open, which nobody will find again.
/// </summary>
/// <remarks>
/// The safety argument: asked after a COMMIT and before anybody is told, <see cref="Require"/> finds at the path the
/// very files that COMMIT wrote to. So everything that is told was in the right files at a moment after it was durable,
/// and a later commit into lost files is told to nobody. Once lost, a database stays lost until the process is started
/// again: were it opened anew, it would be another one. A file that was cut short in place is found before the next
/// transaction, by <see cref="RequireUncut"/>: only its writer may make it shorter, and does so within a transaction's
/// beginning or end. A content overwritten in place is not seen here.
/// </remarks>
internal sealed partial class FileGuard(string path, ILogger log)
{
    private const string Lost =
        "its file was moved, removed or replaced while it was open: the engine must be started again";
    private const string Cut =
        "its file or its log was cut short while it was open: the engine must be stopped and a backup restored";

    private readonly string[] _paths = [path, path + "-wal", path + "-shm"];
    private readonly Lock _changing = new();
    private volatile FileIdentity?[] _identities = [FileIdentity.Of(path), null, null];
    private volatile string? _lost;
    private (long File, long Log) _lengths;

    /// <summary>
    /// Takes in the log and its index, which SQLite makes with the first connection that reads and removes with the
    /// last. Call it while one is open.
    /// </summary>
    /// <exception cref="FileLostException">The file is lost.</exception>
    public void TakeIn()
    {
        Require();
        lock (_changing) _identities = [_identities[0], FileIdentity.Of(_paths[1]), FileIdentity.Of(_paths[2])];
        TakeLengths();
    }

    /// <summary>Takes in how long the files are now. For the one who writes them, after each transaction.</summary>
    public void TakeLengths() => _lengths = (FileIdentity.LengthOf(_paths[0]), FileIdentity.LengthOf(_paths[1]));

    /// <summary>
    /// Demands that nobody has made them shorter since. For the one who writes them, before each transaction.
    /// </summary>
    /// <exception cref="FileLostException">Somebody has.</exception>
    public void RequireUncut()
    {
        for (var place = 0; place < 2; place++)
        {
            if (FileIdentity.LengthOf(_paths[place]) >= (place == 0 ? _lengths.File : _lengths.Log)) continue;
            // A file that is gone has no length, and is lost.
            Require();
            lock (_changing)
            {
                Log.Cut(log, _paths[place]);
                _lost = Cut;
            }
            throw new FileLostException(Cut);
        }
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
        if (_lost is null && FindLost() is null) return;
        lock (_changing)
        {
            // Looked again: the log may have been let go in the meantime.
            if (_lost is null)
            {
                if (FindLost() is not { } lost) return;
                Log.Lost(log, lost, Environment.ProcessId);
                _lost = Lost;
            }
        }

        throw new FileLostException(_lost);
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
            "{Path} was moved, removed or replaced while it was open. Nothing more is stored until the engine is "
            + "started again; put the file back first. While this process lives, Linux keeps what it had open under "
            + "/proc/{Process}/fd")]
        public static partial void Lost(ILogger log, string path, int process);

        [LoggerMessage(2, LogLevel.Critical,
            "{Path} was cut short while it was open. Nothing more is stored: stop the engine and restore a backup")]
        public static partial void Cut(ILogger log, string path);
    }
}

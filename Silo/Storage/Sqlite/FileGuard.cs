using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Checks that an open database is still the one at its path. Somebody may unlink, rename or replace it, its log, or
/// its whole directory. SQLite would then write to its open files, which nobody can find again.
/// </summary>
/// <remarks>
/// The safety argument: <see cref="Require"/> is called after a COMMIT and before anything is acknowledged. It finds at
/// the path the same files that COMMIT wrote to. So everything acknowledged was in the right files after it was
/// durable, and a later commit into lost files is never acknowledged. Once lost, a database stays lost until the
/// process is restarted: if it were opened again, it would be another database. Only the writer may make a file
/// shorter, and only while it begins or ends a transaction. So <see cref="RequireUncut"/> finds before the next
/// transaction whether somebody else has cut it. Bytes that were overwritten in place are not detected here.
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
    /// Notes the identity of the log and of its index. SQLite makes both when the first connection reads, and removes
    /// them with the last connection. Call it while a connection is open.
    /// </summary>
    /// <exception cref="FileLostException">The file is lost.</exception>
    public void TakeIn()
    {
        Require();
        lock (_changing) _identities = [_identities[0], FileIdentity.Of(_paths[1]), FileIdentity.Of(_paths[2])];
        TakeLengths();
    }

    /// <summary>Notes the length of the files. Their writer calls it after each transaction.</summary>
    public void TakeLengths() => _lengths = (FileIdentity.LengthOf(_paths[0]), FileIdentity.LengthOf(_paths[1]));

    /// <summary>
    /// Requires that nobody has cut the files since. Their writer calls it before each transaction.
    /// </summary>
    /// <exception cref="FileLostException">A file was cut.</exception>
    public void RequireUncut()
    {
        for (var place = 0; place < 2; place++)
        {
            if (FileIdentity.LengthOf(_paths[place]) >= (place == 0 ? _lengths.File : _lengths.Log)) continue;
            // A missing file has length 0. It is lost, not cut.
            Require();
            lock (_changing)
            {
                Log.Cut(log, _paths[place]);
                _lost = Cut;
            }
            throw new FileLostException(Cut);
        }
    }

    /// <summary>
    /// Forgets the log and its index: the connection is about to be closed, and SQLite may remove them.
    /// </summary>
    public void LetGo()
    {
        lock (_changing) _identities = [_identities[0], null, null];
    }

    /// <summary>Requires that the open files are those at their paths.</summary>
    /// <exception cref="FileLostException">They are not.</exception>
    public void Require()
    {
        if (_lost is null && FindLost() is null) return;
        lock (_changing)
        {
            // This checks again, because the log may have been forgotten meanwhile.
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

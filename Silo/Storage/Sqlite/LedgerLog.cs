using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>Keeps the log beside the ledger's file within a bound. For the writer's thread.</summary>
/// <remarks>
/// SQLite restarts the log only at an instant when all of it is in the file and nobody reads from it. With overlapping
/// readers there is no such instant, and the log would grow without bound (SQLite's documentation calls this checkpoint
/// starvation). So from a certain length on, the writer waits for the readers. While it waits, nothing is added to the
/// log, so later readers read the file only and need not be waited for. The wait lasts as long as reading one page of
/// results, unless another program keeps a snapshot. For that program the writer waits briefly, and again when the log
/// has grown by another checkpoint.
/// </remarks>
internal sealed class LedgerLog
{
    /// <summary>
    /// From this length on a COMMIT moves the log into the file as far as readers let it: 16 MB. Measured against
    /// SQLite's default of 4 MB: a quarter more small rows a second. One such move stalls the writer for about 30 ms.
    /// </summary>
    public const int CheckpointBytes = CheckpointPages * PageBytes;

    /// <summary>
    /// From this length on the writer waits for readers: 32 MB. The log may be longer by one transaction, and by what
    /// is written while another program reads.
    /// </summary>
    public const int MaxBytes = 2 * CheckpointBytes;

    /// <summary>How long the writer waits for readers, in milliseconds.</summary>
    public const int ReadersWaitMilliseconds = 250;

    private const int CheckpointPages = 4_000;

    private const int PageBytes = 4_096;

    private readonly SqliteConnection _connection;
    private readonly FileInfo _file;
    private long _patienceBytes = MaxBytes;

    /// <summary>Sets how the connection moves the log.</summary>
    public LedgerLog(SqliteConnection connection, string path)
    {
        (_connection, _file) = (connection, new FileInfo(path + "-wal"));
        SqliteFile.Execute(connection, $"PRAGMA wal_autocheckpoint = {CheckpointPages}");
        // A log that exceeded the bound is cut when it restarts.
        SqliteFile.Execute(connection, $"PRAGMA journal_size_limit = {MaxBytes}");
        SqliteFile.Execute(connection, $"PRAGMA busy_timeout = {SqliteFile.LockWaitSeconds * 1_000}");
    }

    /// <summary>
    /// If the log has grown beyond its bound, moves all of it into the file and cuts it. Call it between transactions.
    /// </summary>
    /// <exception cref="SqliteException">
    /// The file could not be written. Everything committed is safe, but the connection must not be used any more.
    /// </exception>
    public void KeepBound()
    {
        _file.Refresh();
        var bytes = _file.Exists ? _file.Length : 0;
        if (bytes <= MaxBytes) _patienceBytes = MaxBytes;
        if (bytes > _patienceBytes && !TryCut()) _patienceBytes = bytes + CheckpointBytes;
    }

    /// <summary>
    /// Moves all of the log into the file and cuts it, so that nothing of removed or replaced data is left. Call it
    /// between transactions.
    /// </summary>
    /// <returns>Whether it succeeded. It waits at most <see cref="ReadersWaitMilliseconds"/> for readers.</returns>
    /// <exception cref="SqliteException">As <see cref="KeepBound"/>.</exception>
    public bool TryCut()
    {
        SqliteFile.Execute(_connection, $"PRAGMA busy_timeout = {ReadersWaitMilliseconds}");
        var isCut = Checkpoint("TRUNCATE");
        SqliteFile.Execute(_connection, $"PRAGMA busy_timeout = {SqliteFile.LockWaitSeconds * 1_000}");
        return isCut;
    }

    /// <summary>Makes all readable rows durable: a checkpoint syncs the log before it copies from it.</summary>
    /// <exception cref="SqliteException">Others held the file, or its log, for too long.</exception>
    public void MakeVisibleDurable()
    {
        // FULL waits for readers, so it reaches the log's end.
        if (!Checkpoint("FULL"))
            throw new SqliteException(
                "The log could not be moved into the ledger's file: others held it for too long.", raw.SQLITE_BUSY);
    }

    private bool Checkpoint(string mode)
    {
        using var checkpoint = _connection.CreateCommand();
        checkpoint.CommandText = $"PRAGMA wal_checkpoint({mode})";
        return checkpoint.ExecuteScalar() is 0L;
    }
}

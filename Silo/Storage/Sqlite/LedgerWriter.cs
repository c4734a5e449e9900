using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// The only writer of the ledger's file: a thread that takes all waiting appends, whatever their streams, and makes
/// them durable with one COMMIT. While it waits for the disk, the next appends gather.
/// </summary>
/// <remarks>
/// A conflict fails its row alone. If BEGIN, an insert or COMMIT fails, nothing of that transaction is reported as
/// stored: all its rows get <see cref="LedgerUnavailableException"/>, the connection is closed (which rolls back) and
/// the next transaction opens another. The same happens if the files that it wrote to are no longer those at their
/// paths: see <see cref="FileGuard"/>.
/// </remarks>
internal sealed partial class LedgerWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileGuard _guard;
    private readonly CommitWatch _watch;
    private readonly Action<SqliteConnection>? _onOpened;
    private readonly ILogger _log;
    private readonly AppendQueue _queue;
    private readonly AutoResetEvent _woken = new(initialState: false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerWriteConnection? _connection;
    private bool _keepsErased;

    /// <summary>Opens the file and starts the thread.</summary>
    /// <exception cref="SqliteException">The file cannot be opened for writing.</exception>
    /// <exception cref="FileLostException">The file is not the one that the guard knows.</exception>
    public LedgerWriter(
        string path, FileGuard guard, AppendQueue queue, CommitWatch watch, Action<SqliteConnection>? onOpened,
        ILogger log)
    {
        (_path, _guard, _queue, _watch, _onOpened, _log) = (path, guard, queue, watch, onOpened, log);
        _connection = Open();
        new Thread(Run) { Name = "ledger writer", IsBackground = true }.Start();
    }

    /// <summary>Takes no more appends, writes those that wait, moves the log into the file and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task.ConfigureAwait(false);
    }

    private LedgerWriteConnection Open()
    {
        _guard.Require();
        var connection = new LedgerWriteConnection(_path);
        try
        {
            _guard.TakeIn();
            _keepsErased |= connection.KeepsErased();
            _onOpened?.Invoke(connection.Connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Run()
    {
        var rows = new List<PendingAppend>(AppendQueue.MaxGroupRows);
        var outcomes = new List<AppendOutcome>(AppendQueue.MaxGroupRows);
        while (WaitForAppends())
        {
            Take(rows);
            if (rows.Count > 0) Write(rows, outcomes);
        }

        // The readers are closed already, so this closes the last connection, and SQLite moves the log into the file.
        try
        {
            Tidy();
        }
        catch (Exception failure) when (failure is SqliteException or IOException or FileLostException)
        {
            Log.NotClosed(_log, failure);
        }
        Close();
        _woken.Dispose();
        _ended.SetResult();
    }

    // Blocking on the task itself would spin first, and so take processor time from the threads that prepare the next
    // append.
    private bool WaitForAppends()
    {
        var waiting = _queue.WaitAsync().AsTask().GetAwaiter();
        if (!waiting.IsCompleted)
        {
            waiting.UnsafeOnCompleted(() => _woken.Set());
            _woken.WaitOne();
        }
        return waiting.GetResult();
    }

    private void Take(List<PendingAppend> rows)
    {
        rows.Clear();
        var bytes = 0;
        while (rows.Count < AppendQueue.MaxGroupRows && bytes < AppendQueue.MaxGroupBytes
            && _queue.TryRead(out var append))
        {
            if (!append.TryTake()) continue;
            rows.Add(append);
            bytes += append.Commit.Entries.Length;
        }
    }

    private void Write(List<PendingAppend> rows, List<AppendOutcome> outcomes)
    {
        outcomes.Clear();
        var isProbe = rows.TrueForAll(row => row.IsProbe);
        _watch.Begin(isProbe);
        try
        {
            _connection ??= Open();
            _guard.RequireUncut();
            // A probe runs only when nothing else is written, so nobody waits for this.
            if (isProbe) Tidy();
            _connection.Begin();
            foreach (var row in rows) outcomes.Add(Write(_connection, row));
            _connection.Commit();
            _guard.Require();
            _guard.TakeLengths();
        }
        catch (Exception failure)
        {
            // This catches every failure: the thread must go on, and no caller may wait for ever.
            Close();
            _watch.Fail(isProbe, failure, rows.Sum(row => row.Commit.Entries.Length));
            foreach (var row in rows)
                row.SetException(new LedgerUnavailableException(
                    $"The ledger could not be written: {failure.Message}", failure));
            return;
        }

        _watch.Succeed(isProbe);
        for (var row = 0; row < rows.Count; row++)
        {
            // The log still has the older pages of an erased stream.
            _keepsErased |= rows[row].IsErasure;
            rows[row].SetResult(outcomes[row]);
        }
    }

    private void Tidy()
    {
        if (!_keepsErased || _connection is null) return;
        _keepsErased = !_connection.TryTidy();
        _guard.TakeLengths();
    }

    private static AppendOutcome Write(LedgerWriteConnection connection, PendingAppend row) =>
        row.IsProbe ? connection.Probe(row.Commit.Entries)
        : row.IsErasure ? connection.Erase(row.Commit.Stream)
        : connection.Append(row.Commit);

    private void Close()
    {
        try
        {
            if (_connection is not null) _guard.Require();
        }
        catch (FileLostException)
        {
            // The guard has noted the loss, so the log may be removed now.
        }

        _guard.LetGo();
        try
        {
            _connection?.Dispose();
        }
        catch (SqliteException failure)
        {
            Log.NotClosed(_log, failure);
        }

        _connection = null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A connection to the ledger's file could not be closed cleanly")]
        public static partial void NotClosed(ILogger log, Exception failure);
    }
}

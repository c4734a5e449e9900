using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>
/// Writes the ledger over one connection. All waiting appends, whatever their streams, are sent in one call. Meanwhile
/// the next appends gather.
/// </summary>
/// <remarks>
/// A conflict fails its row alone. If a call fails, its rows get <see cref="LedgerUnavailableException"/>, the
/// connection is dropped, and the next call opens another. If the server refuses a call because of its content, its
/// halves are tried separately until the faulty row is alone, so that no row fails because of another. This lasts at
/// most <see cref="CallTimeout"/>, because all rows may be faulty, or none.
/// </remarks>
internal sealed partial class PostgresLedgerWriter : IAsyncDisposable
{
    /// <summary>
    /// How long one call, or the opening of a connection, may take. Then the connection is abandoned. Shorter than an
    /// attempt of <see cref="Journal{TState}"/>.
    /// </summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(4);

    /// <summary>
    /// How long opening a connection is retried before a call fails. With this, the attempts of a
    /// <see cref="Journal{TState}"/> outlast the restart of a server.
    /// </summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(1);

    // The pause between two attempts to open a connection, and between two attempts to store busy rows if nothing else
    // waits.
    private static readonly TimeSpan OpenPause = TimeSpan.FromMilliseconds(50),
        BusyPause = TimeSpan.FromMilliseconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly CommitWatch _watch;
    private readonly ILogger _log;
    private readonly AppendQueue _queue;
    private readonly AppendGroup _group;
    private readonly Task _running;
    private Task<AppendConnection>? _opened;

    /// <summary>Starts the writer. The first call opens the first connection.</summary>
    public PostgresLedgerWriter(NpgsqlDataSource source, AppendQueue queue, CommitWatch watch, ILogger log)
    {
        (_source, _queue, _watch, _log, _group) = (source, queue, watch, log, new AppendGroup(queue));
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes no more appends, writes those that wait and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (_group.HasSetAside || await _queue.WaitAsync().ConfigureAwait(false))
        {
            _group.Gather();
            if (_group.Rows.Count > 0)
                await WriteAsync(_group.Rows.ToArray(), Stopwatch.GetTimestamp()).ConfigureAwait(false);
            if (_group.HasSetAside && !_queue.HasWaiting) await Task.Delay(BusyPause).ConfigureAwait(false);
        }

        if (_opened is not null) await CloseAsync(_opened, Task.CompletedTask).ConfigureAwait(false);
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "Any failure at all: the writer must live, and nobody may wait for ever.")]
    private async Task WriteAsync(ArraySegment<PendingAppend> rows, long started)
    {
        var commits = new LedgerCommit[rows.Count];
        for (var row = 0; row < commits.Length; row++) commits[row] = rows[row].Commit;
        var fates = new RowFate[commits.Length];
        var (opening, call) = (_opened ?? OpenAsync(), Task.CompletedTask);
        Exception? failed = null;
        _watch.Begin(isProbe: false);
        try
        {
            var connection = await opening.WaitAsync(CallTimeout).ConfigureAwait(false);
            _opened = opening;
            call = connection.AppendAsync(commits, fates);
            await call.WaitAsync(CallTimeout).ConfigureAwait(false);
            _watch.Succeed(isProbe: false);
        }
        catch (PostgresException refusal) when (commits.Length > 1 && IsAboutRows(refusal)
            && Array.TrueForAll(fates, fate => fate == RowFate.Unknown)
            && Stopwatch.GetElapsedTime(started) < CallTimeout)
        {
            // The whole transaction was rolled back, so nothing of it is stored, and the connection can be used again.
            var half = rows.Count / 2;
            await WriteAsync(rows[..half], started).ConfigureAwait(false);
            await WriteAsync(rows[half..], started).ConfigureAwait(false);
            return;
        }
        catch (Exception failure)
        {
            // Data that the server does not take is a fault of the row, not of the server.
            if (failure is PostgresException { SqlState: not PostgresErrorCodes.LockNotAvailable } refused
                && IsAboutRows(refused))
                _watch.Refuse(refused);
            else _watch.Fail(isProbe: false, failure, commits.Sum(commit => commit.Entries.Length));
            _ = CloseAsync(opening, call);
            (_opened, failed) = (null, failure);
        }

        Complete(rows, fates, failed);
    }

    private async Task<AppendConnection> OpenAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await AppendConnection.OpenAsync(_source).ConfigureAwait(false);
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(started) < OpenFor)
            {
                await Task.Delay(OpenPause).ConfigureAwait(false);
            }
        }
    }

    private void Complete(ArraySegment<PendingAppend> rows, RowFate[] fates, Exception? failure)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            switch (fates[row])
            {
                case RowFate.Committed:
                    rows[row].SetResult(AppendOutcome.Committed);
                    break;
                case RowFate.AlreadyStored:
                    rows[row].SetResult(AppendOutcome.AlreadyStored);
                    break;
                case RowFate.Fenced:
                    rows[row].SetResult(AppendOutcome.Fenced);
                    break;
                case RowFate.Busy when _group.TryKeep(rows[row]):
                    break;
                case RowFate.Busy:
                    rows[row].SetException(new LedgerUnavailableException(
                        $"{rows[row].Commit.Stream} has been held by another session for too long."));
                    break;
                default:
                    rows[row].SetException(new LedgerUnavailableException(
                        $"The ledger could not be written: {failure?.Message}", failure));
                    break;
            }
        }
    }

    // An abandoned connection is closed only after its call has ended, because the call still uses it. The call ends
    // when its command or the network times out.
    [SuppressMessage("Design", "CA1031", Justification = "A connection that is given up may fail in any way.")]
    private async Task CloseAsync(Task<AppendConnection> opening, Task call)
    {
        try
        {
            var connection = await opening.ConfigureAwait(false);
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.NotClosed(_log, failure);
        }
    }

    // Bad data, a broken constraint, a value that is too large, a lock that was not granted in time, or a deadlock.
    private static bool IsAboutRows(PostgresException refusal) =>
        refusal.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
        || refusal.SqlState.AsSpan(0, 2) is "22" or "23" or "54";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A connection to the ledger was not closed cleanly")]
        public static partial void NotClosed(ILogger log, Exception failure);
    }
}

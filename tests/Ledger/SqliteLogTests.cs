using Microsoft.Data.Sqlite;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>How large SQLite's log becomes, which is moved into the file only when nobody reads from it.</summary>
public sealed class SqliteLogTests : IAsyncLifetime
{
    private const string Stream = "batch/a";

    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(20);

    private readonly ScratchFolder _temporary = new();
    private readonly Chain _chain = new(Stream);
    private SqliteLedger _ledger = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string LedgerPath => Path.Combine(_temporary.Path, "ledger.db");

    private long LogBytes => new FileInfo(LedgerPath + "-wal").Length;

    public ValueTask InitializeAsync()
    {
        _ledger = SqliteLedger.Open(LedgerPath, null);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _temporary.Dispose();
    }

    [Fact]
    public async Task The_log_keeps_its_bound_while_at_every_instant_somebody_reads()
    {
        await _ledger.AppendAllAsync([_chain.Next()]);
        using Reader one = new(LedgerPath), other = new(LedgerPath);
        var (reads, waits, largest) = (one, other, 0L);
        reads.Begin();
        for (var written = 0L; written < 4 * LedgerLog.MaxBytes;)
        {
            var commit = _chain.Next(1_024);
            var append = _ledger.AppendAllAsync([commit]);
            do
            {
                // One reader reads as long as reading a page takes, or until the append is done. The other reader
                // begins before the first one ends.
                await Task.WhenAny(append, Task.Delay(ReadingTime, Cancelled)); // paced: a page is read for so long
                waits.Begin();
                reads.End();
                (reads, waits) = (waits, reads);
            }
            while (!append.IsCompleted);
            await append;
            written += commit.Entries.Length;
            largest = Math.Max(largest, LogBytes);
        }

        reads.End();
        // Up to twice the bound: on a busy machine a reader may be late, and then the next attempt cuts the log.
        largest.ShouldBeInRange(LedgerLog.CheckpointBytes, 2 * LedgerLog.MaxBytes);
    }

    [Fact]
    public async Task Who_reads_for_long_fails_no_append_and_the_log_shrinks_when_he_ends()
    {
        await _ledger.AppendAllAsync([_chain.Next()]);
        using (var reader = new Reader(LedgerPath))
        {
            reader.Begin();
            while (LogBytes < 2 * LedgerLog.MaxBytes) await _ledger.AppendAllAsync([_chain.Next(1_024)]);
            reader.Head().ShouldBe(1);
            reader.End();
        }

        for (var commits = 0; LogBytes > LedgerLog.MaxBytes; commits++)
        {
            // It is cut when it has grown by another checkpoint, at the latest.
            commits.ShouldBeLessThan((int)(LedgerLog.CheckpointBytes / 100_000));
            await _ledger.AppendAllAsync([_chain.Next(1_024)]);
        }

        (await _ledger.VerifyAsync(Stream)).Matches(_chain.Head).ShouldBeTrue();
    }

    /// <summary>Somebody who reads from a snapshot of the file.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly SqliteConnection _connection;

        public Reader(string path)
        {
            _connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
            _connection.Open();
        }

        public void Begin()
        {
            Execute("BEGIN");
            Head();
        }

        public long Head() => (long)Execute("SELECT head_seq FROM stream")!;

        public void End() => Execute("COMMIT");

        public void Dispose() => _connection.Dispose();

        private object? Execute(string sql)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar();
        }
    }
}

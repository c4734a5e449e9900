using Microsoft.Data.Sqlite;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Ledger;

/// <summary>The contract on SQLite, and what only a file can do wrong.</summary>
public sealed partial class SqliteLedgerTests : LedgerContract
{
    private readonly ScratchFolder _temporary = new();

    private string LedgerPath => Path.Combine(_temporary.Path, "ledger.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _temporary.Dispose();
    }

    protected override Task<ILedger> OpenAsync() => Task.FromResult<ILedger>(SqliteLedger.Open(LedgerPath, null));

    protected override async Task CloseAsync(ILedger ledger) => await ((SqliteLedger)ledger).DisposeAsync();

    [Fact]
    public async Task A_closed_ledger_leaves_one_whole_file_and_is_unavailable()
    {
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(1, 1, 256));
        await CloseAsync(Ledger);

        Directory.GetFiles(_temporary.Path).ShouldBe([LedgerPath]);
        await Should.ThrowAsync<LedgerUnavailableException>(
            () => Ledger.AppendAsync(new Chain("batch/b").Next(), Cancelled));
        await Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.ReadHeadAsync(Stream, Cancelled));
    }

    [Fact]
    public async Task Appends_that_wait_when_it_is_closed_are_still_written()
    {
        var waiting = Enumerable.Range(0, 500)
            .Select(index => Ledger.AppendAsync(new Chain($"batch/b{index}").Next(), Cancelled)).ToList();
        await CloseAsync(Ledger);

        (await Task.WhenAll(waiting)).ShouldAllBe(outcome => outcome == AppendOutcome.Committed);
        Ledger = await OpenAsync();
        (await Ledger.ListNamesAsync("batch/")).Count.ShouldBe(500);
    }

    [Fact]
    public async Task Every_commit_is_synced()
    {
        await CloseAsync(Ledger);
        var pragmas = new List<string>();
        Ledger = SqliteLedger.Open(LedgerPath, connection =>
        {
            foreach (var name in new[] { "journal_mode", "synchronous" })
            {
                using var command = connection.CreateCommand();
                command.CommandText = $"PRAGMA {name}";
                pragmas.Add($"{command.ExecuteScalar()}");
            }
        });

        pragmas.ShouldBe(["wal", "2"]);
    }

    [Fact]
    public async Task A_full_disk_is_told_to_its_rows_alone_and_the_ledger_goes_on()
    {
        await CloseAsync(Ledger);
        SqliteConnection? writing = null;
        Ledger = SqliteLedger.Open(LedgerPath, connection => writing = connection);
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync([chain.Next(3)]);
        SetMaxPages(writing!, PageCount(writing!) + 2);

        var tooMuch = chain.Next(2_000);
        var failure = await Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.AppendAsync(tooMuch, Cancelled));
        failure.InnerException.ShouldBeOfType<SqliteException>().SqliteErrorCode.ShouldBe(SQLitePCL.raw.SQLITE_FULL);
        (await Ledger.VerifyAsync(Stream)).Seq.ShouldBe(3);

        // The next transaction opens another connection, which has no such limit.
        await Ledger.AppendAllAsync([tooMuch, chain.Next()]);
        (await Ledger.VerifyAsync(Stream)).Matches(chain.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_locked_by_another_program_is_unavailable_for_as_long()
    {
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync([chain.Next()]);
        var next = chain.Next();
        using (var other = new SqliteConnection($"Data Source={LedgerPath};Pooling=False"))
        {
            await other.OpenAsync(Cancelled);
            await using var held = other.BeginTransaction(deferred: false);
            await Should.ThrowAsync<LedgerUnavailableException>(() => Ledger.AppendAsync(next, Cancelled));
            (await Ledger.ReadHeadAsync(Stream, Cancelled)).Seq.ShouldBe(1);
        }

        await Ledger.AppendAllAsync([next]);
    }

    [Fact]
    public async Task A_grain_like_caller_is_not_continued_on_the_writers_thread()
    {
        var appended = Ledger.AppendAsync(new Chain(Stream).Next(), Cancelled);
        var continuedOn = await appended.ContinueWith(
            _ => Thread.CurrentThread.Name,
            Cancelled, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        continuedOn.ShouldNotBe("ledger writer");
    }

    [Fact]
    public void What_is_no_ledger_is_refused_when_it_is_opened()
    {
        var path = Path.Combine(_temporary.Path, "other.db");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("This is no database. ", 500)));
        Should.Throw<LedgerUnavailableException>(() => SqliteLedger.Open(path, null));
    }

    private static long PageCount(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_count";
        return (long)command.ExecuteScalar()!;
    }

    private static void SetMaxPages(SqliteConnection connection, long pages)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA max_page_count = {pages}";
        command.ExecuteNonQuery();
    }
}

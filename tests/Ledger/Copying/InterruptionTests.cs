using OrleansSale.Silo;
using OrleansSale.Silo.Copying;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Ledger.Postgres;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>
/// A copy that was interrupted anywhere goes on where it was, and until it is finished nothing starts on it.
/// </summary>
public sealed class InterruptionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int ChunkRows = 16;

    private readonly ScratchFolder _temporary = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Source => Path.Combine(_temporary.Path, "source");

    private string Back => Path.Combine(_temporary.Path, "back");

    public async ValueTask InitializeAsync()
    {
        using (var directory = DataDirectory.Open(Source))
        await using (var ledger = SqliteLedger.Open(directory.LedgerPath, null))
            await EngineFiles.FillAsync(ledger, 30, 3);
        await EngineFiles.AddDocumentsAsync(Source, [.. Enumerable.Range(0, 10).Select(key => $"{key}")]);
        await File.WriteAllTextAsync(Path.Combine(Source, "development-secrets.json"), """{"a":"b"}""", Cancelled);
        Directory.CreateDirectory(Path.Combine(Source, "session-keys"));
        await File.WriteAllTextAsync(Path.Combine(Source, "session-keys", "key-1.xml"), "<key/>", Cancelled);
    }

    public ValueTask DisposeAsync()
    {
        _temporary.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_copy_to_a_database_interrupted_before_or_after_any_write_ends_as_if_it_had_not_been()
    {
        var database = await postgres.CreateDatabaseAsync();
        var expected = await Copies.ExportAsync(Source);
        await InterruptEverywhereAsync(
            Source, database,
            async () =>
            {
                await using var open = PostgresDatabase.Open(database);
                await DatabaseCopyMark.RequireFinishedAsync(open.Source, Cancelled);
            },
            async () =>
            {
                (await Copies.ExportAsync(database)).ShouldBeSame(expected);
                await StoredRows.AskAsync(
                    database, "TRUNCATE copied_from, stream, ledger_commit, GrainState, secret, session_key");
            });
    }

    [Fact]
    public async Task A_copy_to_a_directory_interrupted_before_or_after_any_write_ends_as_if_it_had_not_been()
    {
        var database = await postgres.CreateDatabaseAsync();
        var (expected, documents) = (await Copies.ExportAsync(Source), Copies.Documents(Source));
        await Copies.CopyAsync(Source, database);
        await InterruptEverywhereAsync(
            database, Back,
            () =>
            {
                using var directory = DataDirectory.Open(Back);
                FileCopyMark.RequireFinished(directory);
                return Task.CompletedTask;
            },
            async () =>
            {
                (await Copies.ExportAsync(Back)).ShouldBeSame(expected);
                Copies.Documents(Back).ShouldBe(documents);
                Directory.Delete(Back, recursive: true);
            });
    }

    [Fact]
    public async Task What_was_changed_in_the_target_meanwhile_is_found()
    {
        var database = await postgres.CreateDatabaseAsync();
        await StopAsync(Source, database, write: 2, afterWrite: false);
        await StoredRows.AskAsync(database, "UPDATE stream SET name = 'batch/mi2-9' WHERE name = 'batch/mi2-1'");
        (await Copies.RefusedAsync(Source, database)).ShouldContain("differs from the data directory");
        await StoredRows.AskAsync(database, "UPDATE stream SET name = 'batch/mi2-1' WHERE name = 'batch/mi2-9'");
        await StoredRows.AskAsync(
            database, "UPDATE ledger_commit SET entries = set_byte(entries, 30, 65) WHERE first_seq = 10");
        (await Copies.RefusedAsync(Source, database)).ShouldContain("The chain of batch/mi2-1 breaks at entry 10");
    }

    [Fact]
    public async Task What_an_engine_of_Development_made_before_it_was_refused_is_replaced()
    {
        var database = await postgres.CreateDatabaseAsync();
        await Copies.CopyAsync(Source, database);
        await StopAsync(database, Back, write: 0, afterWrite: false);
        await File.WriteAllTextAsync(
            Path.Combine(Back, "development-secrets.json"), """{"other":"b3RoZXI="}""", Cancelled);
        Directory.CreateDirectory(Path.Combine(Back, "session-keys"));
        await File.WriteAllTextAsync(Path.Combine(Back, "session-keys", "key-9.xml"), "<key/>", Cancelled);
        await Copies.CopyAsync(database, Back);
        Directory.GetFiles(Path.Combine(Back, "session-keys")).Select(Path.GetFileName).ShouldBe(["key-1.xml"]);
        (await File.ReadAllTextAsync(Path.Combine(Back, "development-secrets.json"), Cancelled))
            .ShouldBe("""{"a":"b"}""");
    }

    // For each write in turn: stops a copy before that write, repeats the copy, checks it, and empties the target.
    private static async Task InterruptEverywhereAsync(
        string from, string to, Func<Task> start, Func<Task> checkAndEmpty)
    {
        var writes = 0;
        for (; await StopAsync(from, to, writes, afterWrite: false); writes++)
        {
            (await Should.ThrowAsync<StartException>(start)).Message.ShouldContain("holds an unfinished copy of");
            await Copies.CopyAsync(from, to);
            await start();
            await checkAndEmpty();
        }
        // Four chunks of commits, one chunk each of documents, secrets and session keys, and the end.
        writes.ShouldBe(8);
        await checkAndEmpty();
        // After the last write the copy is finished, even if the command could not report it.
        (await StopAsync(from, to, writes - 1, afterWrite: true)).ShouldBeTrue();
        await start();
        (await Copies.RefusedAsync(from, to)).ShouldContain("is not empty");
        await checkAndEmpty();
    }

    // Copies up to a write. False: the copy finished before that.
    private static async Task<bool> StopAsync(string from, string to, int write, bool afterWrite)
    {
        void StopAt(int done)
        {
            if (done == write) throw new TimeoutException("stopped");
        }

        var isDirectory = !to.Contains('=', StringComparison.Ordinal);
        await using CopyPlace source = isDirectory
            ? await DatabasePlace.OpenSourceAsync(from, Cancelled) : DirectoryPlace.OpenSource(from);
        await using CopyPlace target = isDirectory
            ? DirectoryPlace.OpenTarget(to, source.Name)
            : await DatabasePlace.OpenTargetAsync(to, source.Name, Cancelled);
        var watched = new WatchedPlace(target)
        { Before = afterWrite ? null : StopAt, After = afterWrite ? StopAt : null };
        try
        {
            await new CopyRun(source, watched, new CopyProgress(TextWriter.Null, isTerminal: false))
            { ChunkRows = ChunkRows }
                .RunAsync(Cancelled);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}

using OrleansSale.Silo;
using OrleansSale.Silo.Copying;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Ledger.Postgres;
using static OrleansSale.Tests.Ledger.Copying.StoredRows;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>
/// What is wrong in the source, or becomes wrong on the way, is found and told, and nothing starts on it.
/// </summary>
public sealed class DamageTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly ScratchFolder _temporary = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Source => Path.Combine(_temporary.Path, "source");

    private string Target => Path.Combine(_temporary.Path, "target");

    public async ValueTask InitializeAsync()
    {
        using var directory = DataDirectory.Open(Source);
        await using var ledger = SqliteLedger.Open(directory.LedgerPath, null);
        await EngineFiles.FillAsync(ledger, 30, 3);
    }

    public ValueTask DisposeAsync()
    {
        _temporary.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(
        "UPDATE ledger_commit SET entries = replace(entries, 'buyer7\"', 'buyer8\"') "
            + "WHERE stream = 1 AND first_seq = 7",
        "The chain of batch/mi2-1 breaks at entry 7 (commit 7 to 7)")]
    [InlineData("UPDATE ledger_commit SET hash = randomblob(32) WHERE stream = 1 AND first_seq = 7",
        "The chain of batch/mi2-1 breaks at entry 7")]
    [InlineData("UPDATE ledger_commit SET count = 2 WHERE stream = 1 AND first_seq = 7",
        "The chain of batch/mi2-1 breaks at entry 8")]
    [InlineData("DELETE FROM ledger_commit WHERE stream = 1 AND first_seq = 7",
        "The chain of batch/mi2-1 breaks at entry 7")]
    [InlineData("DELETE FROM ledger_commit WHERE stream = 1 AND first_seq = 30",
        "the head of batch/mi2-1 is not the end of its newest commit")]
    [InlineData("DELETE FROM ledger_commit WHERE stream = 1",
        "the head of batch/mi2-1 is not the end of its newest commit")]
    [InlineData("UPDATE stream SET head_hash = randomblob(32) WHERE id = 1",
        "the head of batch/mi2-1 is not the end of its newest commit")]
    [InlineData("DELETE FROM stream WHERE id = 1", "there are commits of a stream 1 that does not exist")]
    public async Task A_row_tampered_with_in_a_directory_is_found(string tamper, string found)
    {
        // SQLite's replace turns a BLOB into a text, which the table refuses.
        AskFile(Source, "ledger.db",
            tamper.Replace("replace(entries", "CAST(replace(CAST(entries AS TEXT)", StringComparison.Ordinal)
            .Replace("'buyer8\"')", "'buyer8\"') AS BLOB)", StringComparison.Ordinal));
        (await Copies.RefusedAsync(Source, await postgres.CreateDatabaseAsync())).ShouldContain(found);
    }

    [Theory]
    [InlineData(
        "UPDATE ledger_commit SET entries = set_byte(entries, 40, 65) WHERE stream = 1 AND first_seq = 7",
        "The chain of batch/mi2-1 breaks at entry 7")]
    [InlineData("DELETE FROM ledger_commit WHERE stream = 1 AND first_seq = 7",
        "The chain of batch/mi2-1 breaks at entry 7")]
    [InlineData("DELETE FROM ledger_commit WHERE stream = 1", "the stream batch/mi2-1 has no commits")]
    [InlineData("DELETE FROM stream WHERE id = 1", "there are commits of a stream 1 that does not exist")]
    public async Task A_row_tampered_with_in_a_database_is_found(string tamper, string found)
    {
        var database = await postgres.CreateDatabaseAsync();
        await Copies.CopyAsync(Source, database);
        await AskAsync(database, tamper);
        (await Copies.RefusedAsync(database, Target)).ShouldContain(found);
    }

    [Fact]
    public async Task After_the_source_is_mended_the_copy_goes_on()
    {
        var database = await postgres.CreateDatabaseAsync();
        var kept = AskFile(Source, "ledger.db",
            "SELECT hex(hash) FROM ledger_commit WHERE stream = 1 AND first_seq = 7");
        AskFile(Source, "ledger.db", "UPDATE ledger_commit SET hash = zeroblob(32) WHERE stream = 1 AND first_seq = 7");
        await Copies.RefusedAsync(Source, database);
        AskFile(Source, "ledger.db", $"UPDATE ledger_commit SET hash = x'{kept}' WHERE stream = 1 AND first_seq = 7");
        await Copies.CopyAsync(Source, database);
    }

    [Fact]
    public async Task Malformed_secrets_are_told()
    {
        await File.WriteAllTextAsync(Path.Combine(Source, "development-secrets.json"), """{"a":null}""", Cancelled);
        (await Copies.RefusedAsync(Source, await postgres.CreateDatabaseAsync()))
            .ShouldContain("development-secrets.json is malformed");
    }

    [Fact]
    public async Task A_session_key_can_t_be_written_outside_its_folder()
    {
        var database = await postgres.CreateDatabaseAsync();
        await Copies.CopyAsync(Source, database);
        foreach (var name in new[] { "../outside", "..", "a/b" })
        {
            await AskAsync(
                database, $"DELETE FROM session_key; INSERT INTO session_key (name, xml) VALUES ('{name}', '<key/>')");
            (await Copies.RefusedAsync(database, Target))
                .ShouldBe($"The session key {name} can't be kept in a file of that name.");
        }
        Directory.GetFiles(Target, "outside*").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("another byte", "The chain of batch/mi2-1 breaks at entry 7")]
    [InlineData("a missing commit", "The chain of batch/mi2-1 breaks at entry 7")]
    [InlineData("a missing end", "lacks reservation/mi2-1/weibo:user")]
    [InlineData("open, not closed", "differs from the data directory")]
    [InlineData("another order", "differs from the data directory")]
    [InlineData("another document", "differs from the data directory")]
    [InlineData("a missing document", "lacks note b")]
    [InlineData("other secrets", "does not have the secrets of the data directory")]
    public async Task What_does_not_arrive_as_it_was_is_found(string change, string found)
    {
        await EngineFiles.AddDocumentsAsync(Source, "a", "b");
        await File.WriteAllTextAsync(Path.Combine(Source, "development-secrets.json"), """{"a":"b"}""", Cancelled);

        await using (var source = DirectoryPlace.OpenSource(Source))
        await using (var target = DirectoryPlace.OpenTarget(Target, source.Name))
        {
            var spoiled = new WatchedPlace(target)
            {
                Commit = row => (change, row.Stream, row.Commit.FirstSeq) switch
                {
                    ("another byte", 1, 7) =>
                        row with { Commit = row.Commit with { Entries = Spoil(row.Commit.Entries) } },
                    ("a missing commit", 1, 7) or ("a missing end", 9, _) => null,
                    ("open, not closed", _, _) => row with { Commit = row.Commit with { IsOpen = true } },
                    ("another order", 2 or 3, _) => row with { Stream = 5 - row.Stream },
                    _ => row,
                },
                Document = row => (change, row.Key) switch
                {
                    ("another document", "b") => row with { Payload = [1, 2] },
                    ("a missing document", "b") => null,
                    _ => row,
                },
                Pairs = pairs => change == "other secrets" && pairs.Count > 0
                    ? new(new Dictionary<string, string> { ["a"] = "c" }) : pairs,
            };
            var run = new CopyRun(source, spoiled, new CopyProgress(TextWriter.Null, isTerminal: false));
            (await Should.ThrowAsync<CopyException>(() => run.RunAsync(Cancelled))).Message.ShouldContain(found);
        }
        using var directory = DataDirectory.Open(Target);
        Should.Throw<StartException>(() => FileCopyMark.RequireFinished(directory));
    }

    private static byte[] Spoil(ReadOnlyMemory<byte> entries)
    {
        var spoiled = entries.ToArray();
        spoiled[40] ^= 1;
        return spoiled;
    }
}

using System.Text.Json;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Ledger.Postgres;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>
/// Everything of an engine moves to a database and back, byte for byte, and is worked on there as before.
/// </summary>
public sealed class CopyTests(EngineFiles files, PostgresFixture postgres) : IClassFixture<EngineFiles>, IDisposable
{
    private readonly ScratchFolder _temporary = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Source => Path.Combine(_temporary.Path, "source");

    private string Back => Path.Combine(_temporary.Path, "back");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task There_and_back_the_ledger_the_documents_the_secrets_and_the_session_keys_are_the_same()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        files.CopyTo(Source);
        var output = await Copies.CopyAsync(Source, database);
        output.ShouldContain("507");
        output.ShouldContain("sandbox.db");
        await Copies.CopyAsync(database, Back);

        var exports = await Copies.ExportAsync(Source);
        exports.Count.ShouldBe(EngineFiles.Reservations + 7);
        (await Copies.ExportAsync(database)).ShouldBeSame(exports);
        (await Copies.ExportAsync(Back)).ShouldBeSame(exports);
        Copies.Documents(Source).Count.ShouldBe(33);
        Copies.Documents(Back).ShouldBe(Copies.Documents(Source));
        (await SecretsAsync(Back)).ShouldBe(await SecretsAsync(Source), ignoreOrder: true);
        foreach (var name in new[] { "session-keys/key-1.xml", "session-keys/revocation-2.xml" })
            (await TextAsync(Back, name)).ShouldBe(await TextAsync(Source, name));
        Directory.GetFiles(Path.Combine(Back, "session-keys")).Length.ShouldBe(2);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(Back, "development-secrets.json"))
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task The_copied_commits_are_the_same_rows_and_both_ledgers_go_on_alike()
    {
        var database = await postgres.CreateDatabaseAsync();
        files.CopyTo(Source);
        await Copies.CopyAsync(Source, database);
        await Copies.CopyAsync(database, Back);

        using var owned = DataDirectory.Open(Source);
        await using var first = SqliteLedger.Open(owned.LedgerPath, null);
        await using var open = PostgresDatabase.Open(database);
        await using var second = PostgresLedger.Open(open);
        using var ownedBack = DataDirectory.Open(Back);
        await using var third = SqliteLedger.Open(ownedBack.LedgerPath, null);
        foreach (var ledger in new ILedger[] { second, third })
        {
            foreach (var stream in new[] { EngineFiles.Batch, "batch/mi2-2", "reservation/mi2-1/weibo:user3" })
                (await ledger.ReadAllAsync(stream)).ShouldBeSame(await first.ReadAllAsync(stream));
            (await ledger.CountOpenAsync("reservation/", Cancelled))
                .ShouldBe(await first.CountOpenAsync("reservation/", Cancelled));
            // One stream of each length goes on, and new streams begin.
            foreach (var stream in new[] { EngineFiles.Batch, "reservation/mi2-1/weibo:user1",
                "reservation/mi2-1/weibo:new", "batch/new" })
            {
                var chain = new Chain(stream, await ledger.ReadHeadAsync(stream, Cancelled));
                await ledger.AppendAllAsync(chain.Rows(1, 70, 1));
                (await ledger.VerifyAsync(stream)).Matches(chain.Head).ShouldBeTrue();
            }
        }
        (await second.CountOpenAsync("", Cancelled)).ShouldBe(await third.CountOpenAsync("", Cancelled));
    }

    [Fact]
    public async Task The_actors_read_their_documents_from_the_database_and_write_on()
    {
        var database = await postgres.CreateDatabaseAsync();
        files.CopyTo(Source);
        List<string?> texts;
        using (var directory = DataDirectory.Open(Source))
            texts = await EngineFiles.WithStorageAsync(
                silo => EngineFiles.UseFiles(silo, directory), EngineFiles.ReadDocumentsAsync);
        texts.Count(text => text is null).ShouldBe(11);
        await Copies.CopyAsync(Source, database);

        await using var open = PostgresDatabase.Open(database);
        await EngineFiles.WithStorageAsync(silo => silo.AddPostgresGrainStorage(open), async storage =>
        {
            (await EngineFiles.ReadDocumentsAsync(storage)).ShouldBe(texts);
            var (id, state) = (GrainId.Create("note", "mi2-1.17"), new GrainState<Note>());
            await storage.ReadStateAsync("again", id, state);
            state.ETag.ShouldBe("2");
            await storage.WriteStateAsync("again", id, state);
            state.ETag.ShouldBe("3");
            return true;
        });
    }

    [Fact]
    public async Task An_engine_that_has_nothing_yet_moves_too()
    {
        var database = await postgres.CreateDatabaseAsync();
        using (var directory = DataDirectory.Open(Source))
            await SqliteLedger.Open(directory.LedgerPath, null).DisposeAsync();
        await Copies.CopyAsync(Source, database);
        await Copies.CopyAsync(database, Back);
        (await Copies.ExportAsync(Back)).ShouldBeEmpty();
        await using var open = PostgresDatabase.Open(database);
        await using var ledger = PostgresLedger.Open(open);
        await ledger.AppendAllAsync(new Chain("batch/first").Rows(1, 2));
    }

    [Fact]
    public async Task Times_of_a_database_keep_their_microseconds()
    {
        var (database, again) = (await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        const string Insert =
            """
            INSERT INTO GrainState VALUES ('sale', 'note', 0, 0, 'a', true, 1, NULL, '2012-12-21 04:00:00.123456Z'),
              ('sale', 'note', 0, 0, '', true, 2, '\x', '2012-12-21 04:00:00Z'),
              ('sale', 'note', 0, 0, '', false, 3, '\x01', '1999-01-01Z')
            """;
        await StoredRows.AskAsync(database, Insert);
        await Copies.CopyAsync(database, Back);
        await Copies.CopyAsync(Back, again);
        const string Select = "SELECT string_agg(g::text, '|' ORDER BY Version) FROM GrainState g";
        (await StoredRows.AskAsync(again, Select)).ShouldBe(await StoredRows.AskAsync(database, Select));
        (await StoredRows.AskAsync(again, Select))!.ShouldContain("04:00:00.123456");
    }

    private static async Task<Dictionary<string, string>> SecretsAsync(string directory) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(await TextAsync(directory, "development-secrets.json"))!;

    private static Task<string> TextAsync(string directory, string name) =>
        File.ReadAllTextAsync(Path.Combine(directory, name), Cancelled);
}

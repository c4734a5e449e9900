using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OrleansSale.Silo;
using OrleansSale.Silo.Cluster;
using OrleansSale.Silo.Copying;
using OrleansSale.Silo.Embedded;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Ledger.Postgres;
using static OrleansSale.Tests.Ledger.Copying.StoredRows;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>What must not be copied from or to is refused in one line, and left as it was.</summary>
public sealed class RefusalTests(PostgresFixture postgres) : IDisposable
{
    private readonly ScratchFolder _temporary = new();

    private string Source => Path.Combine(_temporary.Path, "source");

    private string Other => Path.Combine(_temporary.Path, "other");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_target_that_holds_anything_is_refused_and_left_alone()
    {
        var (database, from) = (await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        await MakeSourceAsync();
        foreach (var (insert, table, what) in new[]
        {
            ("INSERT INTO stream (name, is_open) VALUES ('batch/a', true)", "stream", "a ledger"),
            ("INSERT INTO GrainState VALUES ('s', 't', 0, 0, 'k', true, 1, NULL, now())", "GrainState", "documents"),
            ("INSERT INTO Reminder VALUES ('s', 'g', 'r', 1, now(), 1)", "Reminder", "reminders"),
            ("INSERT INTO secret VALUES ('a', 'b')", "secret", "secrets"),
            ("INSERT INTO session_key VALUES ('a', 'b')", "session_key", "session keys"),
        })
        {
            await AskAsync(database, insert);
            (await Copies.RefusedAsync(Source, database))
                .ShouldEndWith($"is not empty (it holds {what}): a copy needs an empty one.");
            (await AskAsync(database, "SELECT count(*) FROM copied_from")).ShouldBe("0");
            await AskAsync(database, $"DELETE FROM {table}");
        }
        await Copies.CopyAsync(Source, database);

        Directory.CreateDirectory(Other);
        await File.WriteAllTextAsync(Path.Combine(Other, "letter.txt"), "", TestContext.Current.CancellationToken);
        (await Copies.RefusedAsync(from, Other))
            .ShouldEndWith("is not empty (it holds letter.txt): a copy needs an empty one.");
        Directory.GetFileSystemEntries(Other).ShouldHaveSingleItem();
        (await Copies.RefusedAsync(from, Source))
            .ShouldEndWith("is not empty (it holds a ledger): a copy needs an empty one.");
        (await Copies.RefusedAsync(from, Path.Combine(Other, "letter.txt"))).ShouldContain("can't be used");
    }

    [Fact]
    public async Task A_finished_target_is_not_empty_even_if_nothing_was_copied()
    {
        var database = await postgres.CreateDatabaseAsync();
        using (var directory = DataDirectory.Open(Source))
            await SqliteLedger.Open(directory.LedgerPath, null).DisposeAsync();
        await Copies.CopyAsync(Source, database);
        (await Copies.RefusedAsync(Source, database)).ShouldContain("(it holds a finished copy of the data directory");
        await Copies.CopyAsync(database, Other);
        (await Copies.RefusedAsync(database, Other)).ShouldContain("(it holds a finished copy of the database");
    }

    [Fact]
    public async Task A_directory_in_use_is_refused_on_either_side()
    {
        var database = await postgres.CreateDatabaseAsync();
        await MakeSourceAsync();
        using (DataDirectory.Open(Source))
            (await Copies.RefusedAsync(Source, database))
                .ShouldEndWith("is in use by a running engine or another copy: stop that first.");
        await Copies.CopyAsync(Source, database);
        using (DataDirectory.Open(Other))
            (await Copies.RefusedAsync(database, Other))
                .ShouldEndWith("is in use by a running engine or another copy: stop that first.");
        await Copies.CopyAsync(database, Other);
    }

    [Fact]
    public async Task A_database_with_live_silos_is_refused_on_either_side()
    {
        var (database, from) = (await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        await MakeSourceAsync();
        await MemberAsync(database, SiloStatus.Joining, "1 second");
        (await Copies.RefusedAsync(Source, database))
            .ShouldContain("is in use: live silos: 1, the last heard of 1 s ago. Stop the cluster first");
        await AskAsync(database, "UPDATE ClusterMember SET IAmAliveTime = now() - interval '1 hour'");
        await Copies.CopyAsync(Source, database);

        // A silo that was killed long ago does not prevent a copy, nor does one that has ended. A living silo does.
        await MemberAsync(database, SiloStatus.Dead, "0 seconds");
        await Copies.CopyAsync(database, Other);
        await MemberAsync(database, SiloStatus.Active, "45 seconds");
        (await Copies.RefusedAsync(database, Path.Combine(_temporary.Path, "third")))
            .ShouldContain("live silos: 1, the last heard of 45 s ago");
        (await Copies.RefusedAsync(database, from)).ShouldStartWith("One of --from and --to must be a data directory");
    }

    [Fact]
    public async Task What_holds_no_engine_s_data_is_no_source()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        (await Copies.RefusedAsync(Other, database))
            .ShouldEndWith("holds no data of an engine: there is no ledger.db in it.");
        Directory.Exists(Other).ShouldBeFalse();
        (await Copies.RefusedAsync(database, Other)).ShouldEndWith("holds no data of an engine: it has no ledger.");
        (await AskAsync(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).ShouldBe("0");
        Directory.Exists(Other).ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_starts_on_an_unfinished_target_and_it_is_no_source()
    {
        var database = await postgres.CreateDatabaseAsync();
        await MakeSourceAsync();
        var cancelled = TestContext.Current.CancellationToken;
        await (await DatabasePlace.OpenTargetAsync(database, "the data directory /gone", cancelled)).DisposeAsync();
        await DirectoryPlace.OpenTarget(Other, "the database gone").DisposeAsync();

        var settings = new ConfigurationBuilder().AddInMemoryCollection([new(DatabaseStart.ConnectionKey, database)])
            .Build();
        (await Should.ThrowAsync<StartException>(() => DatabaseStart.OpenAsync(settings)))
            .Message.ShouldContain("holds an unfinished copy of the data directory /gone: repeat the copy");
        using (var directory = DataDirectory.Open(Other))
        {
            var engine = Host.CreateApplicationBuilder();
            var start = Should.Throw<StartException>(
                () => engine.UseOrleans(silo => silo.ConfigureEmbedded(directory, engine.Configuration)));
            start.Message.ShouldContain("holds an unfinished copy of the database gone: repeat the copy");
        }
        (await Copies.RefusedAsync(Other, database))
            .ShouldEndWith("holds an unfinished copy of the database gone: finish that one first.");
        (await Copies.RefusedAsync(database, Other))
            .ShouldContain("holds an unfinished copy of the data directory /gone: finish that one first.");
        (await Copies.RefusedAsync(Source, database)).ShouldEndWith(
            "holds an unfinished copy of the data directory /gone: finish that one, or choose another target.");
    }

    private async Task MakeSourceAsync()
    {
        using var directory = DataDirectory.Open(Source);
        await using var ledger = SqliteLedger.Open(directory.LedgerPath, null);
        await ledger.AppendAllAsync(new Chain("batch/a").Rows(1, 2));
    }

    private static Task<string?> MemberAsync(string database, SiloStatus status, string ago) => AskAsync(
        database,
        $"""
        INSERT INTO ClusterMember
          (ClusterId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
        SELECT 'c', '127.0.0.1', 1, count(*), 's', 'h', {(int)status}, 2, now(), now() - interval '{ago}'
          FROM ClusterMember
        """);
}

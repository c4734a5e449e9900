using System.Diagnostics;
using Npgsql;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>
/// The schema: applied once by whoever comes first, and left alone by those who may not or need not change it.
/// </summary>
public sealed class PostgresSchemaTests(PostgresFixture postgres)
{
    private const string Journal = PostgresSchema.JournalName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_silos_that_start_at_once_apply_every_script_once()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        using var start = new Barrier(10);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Cancelled);
                PostgresSchema.Apply(database);
            }, Cancelled, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        var scripts = await Databases.QueryAsync(
            database, $"SELECT scriptname FROM {Journal} ORDER BY schemaversionsid");
        scripts.ShouldBe(scripts.Distinct().Order(StringComparer.Ordinal));
        scripts[0].ShouldBe("Postgres/0001-ledger.sql");
        (await Databases.QueryAsync(database, "SELECT name FROM stream")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_role_that_may_only_read_and_write_the_tables_starts_and_sells()
    {
        var database = await postgres.CreateDatabaseAsync();
        var server = await postgres.Server;
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        await server.ExecuteAsync(name, $"""
            CREATE ROLE only_data_{name} LOGIN;
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO only_data_{name};
            """, Cancelled);
        var limited = $"{database};Username=only_data_{name}";

        PostgresSchema.Apply(limited);
        await using var connections = PostgresDatabase.Open(limited);
        (await connections.CheckAsync(Cancelled)).ShouldBeNull();
        await using var ledger = PostgresLedger.Open(connections);
        await ledger.AppendAllAsync(new Chain("batch/a").Rows(1, 70, 2));
        (await ledger.VerifyAsync("batch/a")).Seq.ShouldBe(73);
        SharedSecrets.GetOrMake(connections.Source, ["one"], () => "made").ShouldBe([new("one", "made")]);
    }

    [Fact]
    public async Task A_role_that_may_make_no_tables_is_told_so_where_there_are_none()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        await (await postgres.Server).ExecuteAsync(
            name, $"CREATE ROLE nothing_{name} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;", Cancelled);

        var refused = Should.Throw<DatabaseUnusableException>(
            () => PostgresSchema.Apply($"{database};Username=nothing_{name}"));
        refused.Message.ShouldContain("permission denied for schema public");
        refused.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task An_owner_who_is_no_superuser_applies_it_in_the_schema_that_the_search_path_names()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        await (await postgres.Server).ExecuteAsync(
            name, $"CREATE ROLE owner_{name} LOGIN; CREATE SCHEMA \"of sale\" AUTHORIZATION owner_{name};", Cancelled);

        var owner = $"{database};Username=owner_{name};Search Path='\"of sale\"'";
        PostgresSchema.Apply(owner);
        PostgresSchema.Apply(owner);
        (await Databases.QueryAsync(
            database, "SELECT DISTINCT schemaname FROM pg_tables WHERE tableowner LIKE 'owner\\_%'"))
            .ShouldBe(["of sale"]);
        // Another schema of the same database belongs to another engine.
        PostgresSchema.Apply(database);
        (await Databases.QueryAsync(database, $"SELECT count(*) FROM public.{Journal}")).ShouldNotBe(["0"]);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_in_one_line()
    {
        var database = await postgres.CreateDatabaseAsync();
        await Databases.QueryAsync(
            database, $"INSERT INTO {Journal} (scriptname, applied) VALUES ('Postgres/9999-later.sql', now())");

        var refused = Should.Throw<DatabaseUnusableException>(() => PostgresSchema.Apply(database));
        refused.Message.ShouldContain("newer version");
        refused.Message.ShouldContain("Postgres/9999-later.sql");
        refused.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task Who_waits_for_another_to_change_the_schema_gives_up_at_the_bound()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using var other = await Databases.ConnectAsync(database);
        await other.QueryAsync($"SELECT pg_advisory_lock({PostgresSchema.LockKey})");

        var started = Stopwatch.GetTimestamp();
        var refused = Should.Throw<DatabaseUnusableException>(
            () => PostgresSchema.Apply(database, TimeSpan.FromMilliseconds(200)));
        refused.Message.ShouldContain("Another process has been changing the schema");
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));

        await other.QueryAsync($"SELECT pg_advisory_unlock({PostgresSchema.LockKey})");
        PostgresSchema.Apply(database, TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task Who_finds_nothing_to_do_does_not_wait_for_the_lock()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var other = await Databases.ConnectAsync(database);
        await other.QueryAsync($"SELECT pg_advisory_lock({PostgresSchema.LockKey})");
        PostgresSchema.Apply(database, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Entries_are_compressed_by_the_servers_best_method()
    {
        var database = await postgres.CreateDatabaseAsync();
        // This depends on the server: 'l' is lz4; without lz4 the entries are stored uncompressed ('e').
        var methods = await Databases.QueryAsync(
            database, "SELECT enumvals::text FROM pg_settings WHERE name = 'default_toast_compression'");
        (await Databases.QueryAsync(
            database, "SELECT attcompression::text || attstorage::text FROM pg_attribute "
            + "WHERE attrelid = 'ledger_commit'::regclass AND attname = 'entries'"))
            .ShouldBe([methods[0].Contains("lz4", StringComparison.Ordinal) ? "lx" : "e"]);
    }
}

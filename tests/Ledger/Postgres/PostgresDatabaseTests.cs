using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>The connections to a database, and the little things kept in it beside the ledger.</summary>
public sealed class PostgresDatabaseTests(PostgresFixture postgres)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_can_be_used_is_found_so_and_doubts_about_the_server_are_logged()
    {
        var log = new LogLines();
        await using var database = PostgresDatabase.Open(
            await postgres.CreateDatabaseAsync(), new Logger<PostgresDatabase>(new LoggerFactory([log])));
        (await database.CheckAsync(Cancelled)).ShouldBeNull();
        log.All.Count.ShouldBe(2);
        log.All[0].Text.ShouldStartWith("The database server runs with fsync off");
        log.All[1].Text.ShouldStartWith("The database server runs with full_page_writes off");
    }

    [Fact]
    public async Task Why_a_database_cannot_be_used_is_told_in_one_line()
    {
        var server = await postgres.Server;
        await server.ExecuteAsync("postgres", "CREATE DATABASE old ENCODING 'SQL_ASCII' TEMPLATE template0", Cancelled);
        await server.ExecuteAsync("postgres", "CREATE DATABASE readable; ", Cancelled);
        await server.ExecuteAsync(
            "postgres", "ALTER DATABASE readable SET default_transaction_read_only = on", Cancelled);
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        (string ConnectionString, string Why)[] cases =
        [
            (server.ConnectionString("nothing"), "database \"nothing\" does not exist"),
            (server.ConnectionString("postgres") + ";Username=nobody", "role \"nobody\" does not exist"),
            (server.ConnectionString("postgres") + $";Port={FreePort()}", "Connection refused"),
            (server.ConnectionString("postgres") + $";Port={((IPEndPoint)deaf.LocalEndpoint).Port};Timeout=1",
                "it does not answer"),
            (server.ConnectionString("old"), "encoded as SQL_ASCII: UTF8 is needed"),
            (server.ConnectionString("readable"), "can't be written"),
        ];
        foreach (var (connectionString, why) in cases)
        {
            await using var database = PostgresDatabase.Open(connectionString + ";Password=hidden");
            var told = (await database.CheckAsync(Cancelled)).ShouldNotBeNull();
            told.ShouldContain(why);
            told.ShouldNotContain("\n");
            told.ShouldNotContain("hidden");
        }
    }

    [Theory]
    [InlineData("this is none")]
    [InlineData("Host=localhost;Port=many")]
    [InlineData("Database=sale")]
    public void A_malformed_connection_string_is_told_in_one_line(string connectionString)
    {
        var refused = Should.Throw<DatabaseUnusableException>(() => PostgresDatabase.Open(connectionString));
        refused.Message.ShouldStartWith("ConnectionStrings:Sale is not a connection string: ");
        refused.Message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("off", "on")]
    [InlineData("local", "local")]
    [InlineData("on", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task A_default_that_does_not_wait_for_the_disk_is_raised_and_no_other_is_touched(
        string before, string after)
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await Databases.QueryAsync(connectionString, $"ALTER DATABASE {name} SET synchronous_commit = {before}");
        await using var database = PostgresDatabase.Open(connectionString);
        // Twice: the second finds the connection in the pool.
        for (var use = 0; use < 2; use++)
        {
            await using var connection = await database.Source.OpenConnectionAsync(Cancelled);
            (await connection.QueryAsync("SHOW synchronous_commit")).ShouldBe([after]);
        }

        (await Databases.QueryAsync(connectionString,
            "SELECT count(*) FROM pg_stat_activity "
            + "WHERE datname = current_database() AND application_name = 'sale documents'")).ShouldBe(["1"]);
    }

    [Fact]
    public async Task What_the_connection_string_sets_is_not_overridden()
    {
        await using var database = PostgresDatabase.Open("Host=h;Maximum Pool Size=3;Timeout=7;Application Name=shop");
        var settings = new NpgsqlConnectionStringBuilder(database.Source.ConnectionString);
        (settings.MaxPoolSize, settings.Timeout, settings.CommandTimeout, settings.ApplicationName)
            .ShouldBe((3, 7, PostgresDatabase.CommandTimeoutSeconds, "shop documents"));
    }

    [Fact]
    public async Task The_clocks_offset_is_measured_within_the_trips_length()
    {
        await using var database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());
        (await database.MeasureClockOffsetAsync(cancellationToken: Cancelled)).ShouldBeInRange(-100, 100);
        // Our clock is ten minutes behind.
        var slow = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(-10));
        (await database.MeasureClockOffsetAsync(slow, Cancelled)).ShouldBeInRange(599_000, 630_000);
    }

    [Fact]
    public async Task Of_many_who_make_a_secret_at_once_all_get_the_same_and_it_stays()
    {
        await using var database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());
        string[] names = ["Auth:SigningKey", "Sale:TicketKey"];
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(process => Task.Run(
            () => SharedSecrets.GetOrMake(database.Source, names, () => $"{process} {Guid.NewGuid()}"), Cancelled)));

        made.Select(each => each["Auth:SigningKey"]).Distinct().ShouldHaveSingleItem();
        made.Select(each => each["Sale:TicketKey"]).Distinct().ShouldHaveSingleItem();
        var later = SharedSecrets.GetOrMake(database.Source, [.. names, "Payments:ApiKey"], () => "new");
        later["Auth:SigningKey"].ShouldBe(made[0]["Auth:SigningKey"]);
        later["Payments:ApiKey"].ShouldBe("new");
    }

    [Fact]
    public async Task Session_keys_of_one_front_are_read_by_another()
    {
        await using var database = PostgresDatabase.Open(await postgres.CreateDatabaseAsync());
        var ring = new SessionKeyRing(database.Source);
        ring.GetAllElements().ShouldBeEmpty();
        ring.StoreElement(XElement.Parse("<key id=\"1\"><a> text </a></key>"), "key-1");
        ring.StoreElement(XElement.Parse("<key id=\"2\"/>"), "key-2");
        ring.StoreElement(XElement.Parse("<key id=\"2\" revoked=\"yes\"/>"), "key-2");
        ring.StoreElement(XElement.Parse("<key id=\"3\"/>"), "");

        new SessionKeyRing(database.Source).GetAllElements()
            .Select(element => element.ToString(SaveOptions.DisableFormatting))
            .ShouldBe(["<key id=\"1\"><a> text </a></key>", "<key id=\"2\" revoked=\"yes\" />", "<key id=\"3\" />"]);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

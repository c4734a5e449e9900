using Npgsql;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Ledger.Postgres;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>
/// One PostgreSQL for all tests of the assembly, started by the first that asks, with a database for each.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private const string Template = "with_schema";

    // The disk is not tested, and the server gives the same answers without syncs and vacuums.
    private static readonly Dictionary<string, string> Settings = new()
    { ["fsync"] = "off", ["full_page_writes"] = "off", ["autovacuum"] = "off" };

    private readonly Lazy<Task<PostgresServer>> _server;
    private int _databases;

    public PostgresFixture() => _server = new(StartAsync);

    /// <summary>The server.</summary>
    public Task<PostgresServer> Server => _server.Value;

    /// <summary>Makes a database with the newest schema and returns its connection string, for its owner.</summary>
    public Task<string> CreateDatabaseAsync() => CreateAsync($"TEMPLATE {Template}");

    /// <summary>Makes an empty database and returns its connection string, for its owner.</summary>
    public Task<string> CreateEmptyDatabaseAsync() => CreateAsync("");

    /// <summary>A server of its own for a test that stops or freezes it.</summary>
    public static Task<PostgresServer> StartServerAsync() =>
        PostgresServer.StartAsync(Settings, TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var server = await PostgresServer.StartAsync(Settings);
        PostgresSchema.Apply(await server.CreateDatabaseAsync(Template));
        return server;
    }

    private async Task<string> CreateAsync(string options)
    {
        var (server, name) = (await Server, $"test_{Interlocked.Increment(ref _databases)}");
        await server.ExecuteAsync("postgres", $"CREATE DATABASE {name} {options}");
        return server.ConnectionString(name);
    }
}

/// <summary>What the tests do with a database beside the program.</summary>
internal static class Databases
{
    /// <summary>A connection of a session of its own.</summary>
    public static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Runs a statement and returns its first column as texts.</summary>
    public static async Task<List<string>> QueryAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (await row.ReadAsync(TestContext.Current.CancellationToken)) values.Add($"{row.GetValue(0)}");
        return values;
    }

    /// <summary>The same on a connection of its own.</summary>
    public static async Task<List<string>> QueryAsync(string connectionString, string sql)
    {
        await using var connection = await ConnectAsync(connectionString);
        return await connection.QueryAsync(sql);
    }
}

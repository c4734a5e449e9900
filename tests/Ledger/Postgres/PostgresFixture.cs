using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Ledger.Postgres;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>One PostgreSQL for all tests of the assembly, started by the first that asks, with a database for each.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync());
    private int _databases;

    /// <summary>The server.</summary>
    public Task<PostgresServer> Server => _server.Value;

    /// <summary>Makes an empty database and returns its connection string, for its owner.</summary>
    public async Task<string> CreateDatabaseAsync() =>
        await (await Server).CreateDatabaseAsync($"test_{Interlocked.Increment(ref _databases)}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}

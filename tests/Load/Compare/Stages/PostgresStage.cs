using Dapper;
using Npgsql;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>Debian's PostgreSQL beside the web server, as it comes: fsync and synchronous_commit on.</summary>
internal sealed class PostgresStage : Stage
{
    private const string Database = "sale";

    /// <summary>What a careful application would set: a pool, and statements prepared at their first use.</summary>
    private const string Client = "Maximum Pool Size=20;Max Auto Prepare=8;Auto Prepare Min Usages=1";

    private const string Schema = """
        CREATE TABLE batch (id text PRIMARY KEY, stock int NOT NULL, free int NOT NULL CHECK (free >= 0));
        CREATE TABLE sale_order (
          batch text NOT NULL, buyer text NOT NULL, unit int NOT NULL, held_at timestamptz NOT NULL,
          pay_by timestamptz NOT NULL, PRIMARY KEY (batch, buyer));
        """;

    private readonly PostgresServer _server;

    private PostgresStage(PostgresServer server, EngineSecrets secrets, EngineProcess host)
        : base(secrets, host, server.ProcessId, host, server) => _server = server;

    public static async Task<PostgresStage> StartAsync(EngineSecrets secrets, CancellationToken cancellationToken)
    {
        var server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
        try
        {
            var database = await server.CreateDatabaseAsync(Database, cancellationToken);
            await server.ExecuteAsync(Database, Schema, cancellationToken);
            var host = await StartHostAsync("postgres", secrets, cancellationToken, $"{database};{Client}");
            return new PostgresStage(server, secrets, host);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        await connection.ExecuteAsync(
            "INSERT INTO batch (id, stock, free) VALUES (@batch, @stock, @stock)", new { batch, stock });
    }

    public override async Task<Stored?> ReadAsync(string batch, Told told, CancellationToken cancellationToken)
    {
        await using var connection = Connect();
        var orders = await connection.QueryAsync<(string Buyer, int Unit)>(
            "SELECT buyer, unit FROM sale_order WHERE batch = @batch", new { batch });
        var (stock, free) = await connection.QuerySingleAsync<(int, int)>(
            "SELECT stock, free FROM batch WHERE id = @batch", new { batch });
        return new Stored(
            stock, free, [.. orders.Select(one => new OrderTold($"{batch}.{one.Unit}", one.Buyer, one.Unit))], []);
    }

    // No connection of ours stays open while the server is frozen.
    private NpgsqlConnection Connect() => new(_server.ConnectionString(Database) + ";Pooling=false");
}

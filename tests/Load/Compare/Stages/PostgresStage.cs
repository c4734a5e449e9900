using System.Data;
using Npgsql;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Load.Sales;

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
    private readonly NpgsqlDataSource _source;

    private PostgresStage(PostgresServer server, EngineProcess host)
        : base(host, server.ProcessId)
    {
        _server = server;
        // No connection of ours stays open while the server is frozen.
        _source = NpgsqlDataSource.Create(server.ConnectionString(Database) + ";Pooling=false");
    }

    public static async Task<PostgresStage> StartAsync(EngineSecrets secrets, CancellationToken cancellationToken)
    {
        var server = await PostgresServer.StartAsync(cancellationToken: cancellationToken);
        try
        {
            var database = await server.CreateDatabaseAsync(Database, cancellationToken);
            await server.ExecuteAsync(Database, Schema, cancellationToken);
            return new PostgresStage(
                server,
                await StartHostAsync("postgres", secrets, cancellationToken, ("postgres", $"{database};{Client}")));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async Task OpenAsync(string batch, int stock, CancellationToken cancellationToken)
    {
        await using var insert = _source.CreateCommand("INSERT INTO batch (id, stock, free) VALUES ($1, $2, $2)");
        insert.Parameters.AddWithValue(batch);
        insert.Parameters.AddWithValue(stock);
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task<Stored?> ReadAsync(string batch, CancellationToken cancellationToken)
    {
        // Purchases whose connections were cut may still be under way: both are read as of one moment.
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var moment =
            await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var orders = new List<OrderTold>();
        await using var select = Select(connection, "SELECT buyer, unit FROM sale_order WHERE batch = $1", batch);
        await using (var rows = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                orders.Add(new OrderTold($"{batch}.{rows.GetInt32(1)}", rows.GetString(0), rows.GetInt32(1)));
        }

        await using var counts = Select(connection, "SELECT stock, free FROM batch WHERE id = $1", batch);
        await using var count = await counts.ExecuteReaderAsync(cancellationToken);
        await count.ReadAsync(cancellationToken);
        return new StoredSale(count.GetInt32(0), count.GetInt32(1), orders, []);
    }

    protected override async ValueTask EndAsync()
    {
        await base.EndAsync();
        await _source.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static NpgsqlCommand Select(NpgsqlConnection connection, string sql, string batch)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(batch);
        return command;
    }
}

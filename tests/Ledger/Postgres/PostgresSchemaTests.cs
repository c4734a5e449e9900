using Npgsql;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Tests.Ledger.Postgres;

/// <summary>The schema: applied once by whoever comes first, and left alone by those who may not or need not change it.</summary>
public sealed class PostgresSchemaTests(PostgresFixture postgres)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_silos_that_start_at_once_apply_every_script_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        using var start = new Barrier(10);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Cancelled);
                PostgresSchema.Apply(database);
            }, Cancelled, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        var scripts = await QueryAsync(database, $"SELECT scriptname FROM {PostgresSchema.JournalName} ORDER BY schemaversionsid");
        scripts.ShouldBe(scripts.Distinct().Order(StringComparer.Ordinal));
        scripts[0].ShouldBe("Postgres/0001-ledger.sql");
        (await QueryAsync(database, "SELECT name FROM stream")).ShouldBeEmpty();
    }

    private static async Task<List<string>> QueryAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancelled);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync(Cancelled);
        var values = new List<string>();
        while (await row.ReadAsync(Cancelled)) values.Add($"{row.GetValue(0)}");
        return values;
    }
}

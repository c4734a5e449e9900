using Npgsql;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Contenders.Stocks;

/// <summary>
/// PostgreSQL and one statement: a conditional UPDATE of the stock's row and the INSERT of the order. The primary key
/// keeps a user to one order: a second one fails the whole statement, its UPDATE included.
/// </summary>
internal sealed class PostgresStock(string connectionString) : IStock
{
    private const string Statement = """
        WITH taken AS (UPDATE batch SET free = free - 1 WHERE id = $1 AND free > 0 RETURNING free + 1 AS unit)
        INSERT INTO sale_order (batch, buyer, unit, held_at, pay_by) SELECT $1, $2, unit, $3, $4 FROM taken
        RETURNING unit
        """;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    /// <inheritdoc/>
    public async Task<Taken> TakeAsync(string batch, string user, DateTimeOffset heldAt)
    {
        await using var command = _source.CreateCommand(Statement);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = batch });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = heldAt });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = OneUnitOrder.PayBy(heldAt) });
        try
        {
            return await command.ExecuteScalarAsync() is int unit
                ? new Taken(unit, null)
                : new Taken(0, Refusal.SoldOut);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new Taken(0, Refusal.LimitReached);
        }
    }
}

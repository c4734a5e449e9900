using Npgsql;
using NpgsqlTypes;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>The index of orders on the cluster's database, with a small pool of connections of its own.</summary>
public sealed class PostgresOrderIndex(PostgresDatabase database) : IOrderIndex, IAsyncDisposable
{
    /// <summary>Most connections, and so most calls at the same time; further ones wait.</summary>
    public const int Capacity = 3;

    private const string Columns = "o.seq, o.alias, o.hold, o.owed, o.returned, o.units, o.provider, o.payment, o.kept";

    private const string PutSql =
        """
        INSERT INTO indexed_order (batch, seq, alias, status, hold, owed, returned, kept, units, provider, payment)
        SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::integer[], $5::integer[], $6::bigint[],
          $7::integer[], $8::bigint[], $9::text[], $10::text[], $11::text[])
        ON CONFLICT (batch, seq) DO UPDATE SET alias = excluded.alias, status = excluded.status,
          hold = excluded.hold, owed = excluded.owed, returned = excluded.returned, kept = excluded.kept,
          units = excluded.units, provider = excluded.provider, payment = excluded.payment
        """;

    private readonly NpgsqlDataSource _source = database.CreateSource("order index", Capacity);

    /// <inheritdoc/>
    public Task<IndexMark> ReadMarkAsync(string batch, CancellationToken cancellationToken = default) => UseAsync(
        async connection =>
        {
            await using var select = Command(
                connection, "SELECT seq, hash FROM followed WHERE batch = $1", batch);
            await using var row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await row.ReadAsync(cancellationToken).ConfigureAwait(false)
                ? new IndexMark(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : IndexMark.None;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListMarksAsync(CancellationToken cancellationToken = default) =>
        UseAsync<IReadOnlyDictionary<string, long>>(
            async connection =>
            {
                var marks = new Dictionary<string, long>(StringComparer.Ordinal);
                await using var select = Command(connection, "SELECT batch, seq FROM followed");
                await using var row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                    marks.Add(row.GetString(0), row.GetInt64(1));
                return marks;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexedOrder>> ReadAsync(
        string batch, IReadOnlyCollection<long> orders, CancellationToken cancellationToken = default) =>
        UseAsync<IReadOnlyList<IndexedOrder>>(
            async connection =>
            {
                var found = new List<IndexedOrder>(orders.Count);
                await using var select = Command(
                    connection,
                    $"""
                    SELECT {Columns} FROM indexed_order o JOIN followed f ON f.id = o.batch
                    WHERE f.batch = $1 AND o.seq = ANY ($2)
                    """,
                    batch, orders.ToArray());
                await using var row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                while (await row.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(OrderOf(row));
                return found;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteAsync(
        string batch, IndexMark before, IndexMark after, IReadOnlyCollection<IndexedOrder> orders,
        CancellationToken cancellationToken = default) => UseAsync(
        async connection =>
        {
            await using var transaction =
                await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var move = before.Seq == 0
                ? Command(
                    connection,
                    """
                    INSERT INTO followed (batch, seq, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
                    """,
                    batch, after.Seq, after.Hash)
                : Command(
                    connection,
                    "UPDATE followed SET seq = $2, hash = $3 WHERE batch = $1 AND seq = $4 AND hash = $5 RETURNING id",
                    batch, after.Seq, after.Hash, before.Seq, before.Hash);
            if (await move.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not long id) return false;
            if (orders.Count > 0) await PutAsync(connection, id, orders, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task ClearAsync(string batch, CancellationToken cancellationToken = default) => UseAsync(
        async connection =>
        {
            await using var delete = Command(
                connection,
                """
                WITH forgotten AS (DELETE FROM followed WHERE batch = $1 RETURNING id),
                  orders AS (DELETE FROM indexed_order WHERE batch IN (SELECT id FROM forgotten))
                DELETE FROM indexed_unit WHERE batch IN (SELECT id FROM forgotten)
                """,
                batch);
            return await delete.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FoundOrder>> FindAsync(
        OrderQuery query, CancellationToken cancellationToken = default) => UseAsync<IReadOnlyList<FoundOrder>>(
        async connection =>
        {
            await using var select = CommandOf(connection, query);
            await using var row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var found = new List<FoundOrder>();
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add(new FoundOrder(row.GetString(0), row.GetInt64(1)));
            return found;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static NpgsqlCommand CommandOf(NpgsqlConnection connection, OrderQuery query)
    {
        var (conditions, values) = (new List<string>(), new List<object>());
        string Value(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }

        var orders = "indexed_order o JOIN followed f ON f.id = o.batch";
        if (query.Buyers is { } buyers)
        {
            var batches = Value(buyers.Select(buyer => buyer.Batch).ToArray());
            var aliases = Value(buyers.Select(buyer => IndexRow.BytesOf(buyer.Alias)).ToArray());
            // The buyers come first, and each is looked up: OFFSET keeps the other conditions out. A planner that has
            // no statistics of a new batch reads all of it by its status instead.
            orders =
                $"""
                (SELECT DISTINCT known.id, known.batch, pair.alias
                   FROM unnest({batches}::text[], {aliases}::bytea[]) AS pair (batch, alias)
                   JOIN followed known ON known.batch = pair.batch) f
                CROSS JOIN LATERAL (SELECT had.batch, had.seq, had.status FROM indexed_order had
                  WHERE had.batch = f.id AND had.alias = f.alias OFFSET 0) o
                """;
        }
        if (query.Batch is { } batch) conditions.Add($"f.batch = {Value(batch)}");
        if (query.Status is { } status) conditions.Add($"o.status = {Value((int)status)}");
        if (query.Unit is { } unit)
        {
            conditions.Add(
                $"(o.batch, o.seq) IN (SELECT u.batch, u.seq FROM indexed_unit u WHERE u.unit = {Value(unit)})");
        }
        if (query.After is { } after)
        {
            conditions.Add(
                $"(o.batch, o.seq) > ((SELECT a.id FROM followed a WHERE a.batch = {Value(after.Batch)}), "
                    + $"{Value(after.Seq)})");
        }
        var sql =
            $"""
            SELECT f.batch, o.seq FROM {orders}
            {(conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions))}
            ORDER BY o.batch, o.seq LIMIT {Value(query.Limit)}
            """;
        return Command(connection, sql, [.. values]);
    }

    private static async Task PutAsync(
        NpgsqlConnection connection, long batch, IReadOnlyCollection<IndexedOrder> orders,
        CancellationToken cancellationToken)
    {
        await using var put = Command(
            connection, PutSql, batch, Of(order => order.Seq), Of(order => IndexRow.BytesOf(order.Buyer)),
            Of(order => (int)order.Status), Of(order => (int)order.Hold), Of(order => order.Owed),
            Of(order => order.Returned), Of(order => order.Kept), Of(IndexRow.UnitsOf));
        foreach (var names in (string?[][])[Of(order => order.Payment?.Provider), Of(order => order.Payment?.Id)])
        {
            put.Parameters.Add(new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                Value = names,
            });
        }
        await put.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        var units = orders.SelectMany(order => order.Units.Select(unit => (Unit: unit, order.Seq))).ToArray();
        await using var putUnits = Command(
            connection,
            """
            INSERT INTO indexed_unit (unit, batch, seq) SELECT unit, $1, seq
            FROM unnest($2::integer[], $3::bigint[]) AS had (unit, seq) ON CONFLICT DO NOTHING
            """,
            batch, units.Select(had => had.Unit).ToArray(), units.Select(had => had.Seq).ToArray());
        await putUnits.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        T[] Of<T>(Func<IndexedOrder, T> member) => [.. orders.Select(member)];
    }

    private static IndexedOrder OrderOf(NpgsqlDataReader row) => IndexRow.Read(
        row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt32(2), row.GetInt64(3), row.GetInt32(4),
        row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7),
        row.GetInt64(8));

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection =
                await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await use(connection).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            throw new SaleUnavailableException($"The index of orders could not be used: {failure.Message}", failure);
        }
    }
}

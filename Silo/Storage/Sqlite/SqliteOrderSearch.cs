using System.Text.Json;
using Microsoft.Data.Sqlite;
using OrleansSale.GrainInterfaces.Following;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>A search in an SQLite index of orders.</summary>
internal static class SqliteOrderSearch
{
    private const string AnybodysOrders = "indexed_order o JOIN followed f ON f.id = o.batch";

    // The buyers come first, and each is looked up. A planner that is free to choose reads whole batches instead.
    private const string BuyersOrders =
        """
        (SELECT DISTINCT known.id, known.batch, unhex(pair.value ->> 1) AS alias
           FROM json_each($buyers) pair JOIN followed known ON known.batch = pair.value ->> 0) f
        CROSS JOIN indexed_order o INDEXED BY indexed_order_buyer ON o.batch = f.id AND o.alias = f.alias
        """;

    /// <summary>The orders that a query asks for.</summary>
    public static List<FoundOrder> Find(SqliteConnection connection, OrderQuery query)
    {
        using var select = CommandOf(connection, query);
        using var row = select.ExecuteReader();
        var found = new List<FoundOrder>();
        while (row.Read()) found.Add(new FoundOrder(row.GetString(0), row.GetInt64(1)));
        return found;
    }

    /// <summary>The statement that finds them.</summary>
    public static SqliteCommand CommandOf(SqliteConnection connection, OrderQuery query)
    {
        var select = connection.CreateCommand();
        var conditions = new List<string>();
        if (query.Batch is { } batch) Add("f.batch = $batch", "$batch", batch);
        if (query.Status is { } status) Add("o.status = $status", "$status", (int)status);
        if (query.Unit is { } unit) Add("u.unit = $unit", "$unit", unit);
        if (query.After is { } after)
        {
            Add("(f.id > a.id OR (f.id = a.id AND o.seq > $seq))", "$seq", after.Seq);
            select.Parameters.AddWithValue("$after", after.Batch);
        }
        if (query.Buyers is { } buyers) select.Parameters.AddWithValue("$buyers", TextOf(buyers));
        select.Parameters.AddWithValue("$limit", query.Limit);
        select.CommandText =
            $"""
            SELECT f.batch, o.seq FROM {(query.Buyers is null ? AnybodysOrders : BuyersOrders)}
            {(query.Unit is null ? "" : "JOIN indexed_unit u ON u.batch = o.batch AND u.seq = o.seq")}
            {(query.After is null ? "" : "JOIN followed a ON a.batch = $after")}
            {(conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions))}
            ORDER BY o.batch, o.seq LIMIT $limit
            """;
        return select;

        void Add(string condition, string parameter, object value)
        {
            conditions.Add(condition);
            select.Parameters.AddWithValue(parameter, value);
        }
    }

    // One text, because the number of parameters of a statement is bounded. Aliases are hexadecimal in it.
    private static string TextOf(BatchBuyer[] buyers) => JsonSerializer.Serialize(
        buyers.Select(buyer => (string[])[buyer.Batch, Convert.ToHexString(IndexRow.BytesOf(buyer.Alias))]));
}

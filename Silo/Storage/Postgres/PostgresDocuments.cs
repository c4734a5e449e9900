using Npgsql;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>Compares the documents of a database with its ledger, before a silo runs on them.</summary>
public static class PostgresDocuments
{
    /// <summary>How long reading the documents may take, in seconds.</summary>
    public const int ReadSeconds = 300;

    private const string OfType =
        """
        ServiceId = $1 AND GrainType = $2 AND GrainIdN0 = 0 AND GrainIdN1 = 0 AND ModifiedAt > coalesce((
          SELECT ModifiedAt FROM GrainState WHERE ServiceId = $1 AND GrainType = $3), '-infinity')
        """;

    private const string Orders =
        $"""
        SELECT split_part(GrainKey, '.', 1), max(split_part(GrainKey, '.', 2)::bigint)
        FROM GrainState WHERE {OfType} AND GrainKey LIKE '%.%' GROUP BY 1
        """;

    private const string Heads =
        """
        SELECT s.name, head.seq FROM stream s CROSS JOIN LATERAL (
          SELECT c.first_seq + c.count - 1 AS seq
          FROM ledger_commit c WHERE c.stream = s.id ORDER BY c.first_seq DESC LIMIT 1
        ) head WHERE s.name = ANY ($1)
        """;

    private const string Accepted =
        """
        INSERT INTO GrainState
          (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey, Version, Payload, ModifiedAt)
        VALUES ($1, $2, 0, 0, '', true, 1, NULL, clock_timestamp())
        ON CONFLICT (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey)
        DO UPDATE SET Version = GrainState.Version + 1, ModifiedAt = excluded.ModifiedAt
        """;

    /// <summary>
    /// Refuses a ledger that lacks entries to which the documents refer, unless the setting accepts it. The acceptance
    /// is stored.
    /// </summary>
    /// <param name="database">The database, with its schema up to date.</param>
    /// <param name="serviceId">Whose documents.</param>
    /// <param name="accepts">Whether to accept such a ledger.</param>
    /// <exception cref="StartException">
    /// The ledger lacks entries and this is not accepted, or the database cannot be read.
    /// </exception>
    public static async Task RequireLedgerAsync(PostgresDatabase database, string serviceId, bool accepts)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync().ConfigureAwait(false);
            var place = $"the database {connection.Database}";
            var known = new KnownHeads();
            object[] orders = [serviceId, "order", KnownHeads.AcceptedType];
            object[] catalogue = [serviceId, "catalogue", KnownHeads.AcceptedType];
            await ReadAsync(connection, Orders, orders, row => known.Add(row.GetString(0), row.GetInt64(1)))
                .ConfigureAwait(false);
            await ReadAsync(connection, $"SELECT Payload FROM GrainState WHERE {OfType}", catalogue,
                row => known.AddCatalogue(row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0))).ConfigureAwait(false);
            if (known.Batches.Count == 0) return;
            var heads = new Dictionary<string, long>(StringComparer.Ordinal);
            object[] names = [known.Batches.Select(Streams.OfBatch).ToArray()];
            await ReadAsync(
                connection, Heads, names, row => heads.Add(row.GetString(0)[Streams.Batches.Length..], row.GetInt64(1)))
                .ConfigureAwait(false);
            if (known.Describe(place, batch => heads.GetValueOrDefault(batch)) is not { } lack) return;
            if (!accepts) throw new StartException(lack);
            await ReadAsync(connection, Accepted, [serviceId, KnownHeads.AcceptedType], _ => { }).ConfigureAwait(false);
        }
        catch (NpgsqlException e)
        {
            throw new StartException($"The ledger cannot be compared with the documents beside it: {e.Message}");
        }
    }

    private static async Task ReadAsync(
        NpgsqlConnection connection, string sql, object[] values, Action<NpgsqlDataReader> take)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = ReadSeconds };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var row = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await row.ReadAsync().ConfigureAwait(false)) take(row);
    }
}

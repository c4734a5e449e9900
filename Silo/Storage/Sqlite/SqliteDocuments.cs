using Microsoft.Data.Sqlite;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>Compares the documents of a data directory with its ledger, before anything runs on them.</summary>
public static class SqliteDocuments
{
    private const string OfType = "ServiceId = $service AND GrainType = $type AND GrainIdN0 = 0 AND GrainIdN1 = 0";

    // Without SinceAccepted only the key's index is read: a million orders in about half a second.
    private const string Orders =
        $"""
        SELECT substr(GrainKey, 1, instr(GrainKey, '.') - 1),
          max(CAST(substr(GrainKey, instr(GrainKey, '.') + 1) AS INTEGER))
        FROM GrainState WHERE {OfType} AND instr(GrainKey, '.') > 1
        """;

    private const string SinceAccepted = " AND ModifiedAt > $since";

    /// <summary>
    /// Refuses a ledger that lacks entries to which the documents refer, unless the setting accepts it. The acceptance
    /// is stored.
    /// </summary>
    /// <param name="directory">The directory, with the documents' schema up to date.</param>
    /// <param name="serviceId">Whose documents.</param>
    /// <param name="accepts">Whether to accept such a ledger.</param>
    /// <exception cref="StartException">
    /// The ledger lacks entries and this is not accepted, or a file cannot be read.
    /// </exception>
    public static void RequireLedger(DataDirectory directory, string serviceId, bool accepts)
    {
        try
        {
            using var documents = new SqliteConnection(SqliteFile.ConnectionString(directory.GrainsPath));
            documents.Open();
            var known = Read(documents, serviceId);
            var heads = ReadHeads(directory.LedgerPath, known.Batches);
            if (known.Describe(directory.LedgerPath, batch => heads.GetValueOrDefault(batch)) is not { } lack) return;
            if (!accepts) throw new StartException(lack);
            Accept(documents, serviceId);
        }
        catch (SqliteException e)
        {
            throw new StartException(
                $"The ledger in {directory.Path} cannot be compared with the documents beside it: {e.Message}");
        }
    }

    private static KnownHeads Read(SqliteConnection documents, string serviceId)
    {
        var known = new KnownHeads();
        var since = Select(
            documents, $"SELECT ModifiedAt FROM GrainState WHERE {OfType}", serviceId, KnownHeads.AcceptedType, null)
            .Select(row => (string)row[0]).FirstOrDefault();
        var filter = since is null ? "" : SinceAccepted;
        foreach (var row in Select(documents, $"{Orders}{filter} GROUP BY 1", serviceId, "order", since))
            known.Add((string)row[0], (long)row[1]);
        foreach (var row in Select(
            documents, $"SELECT Payload FROM GrainState WHERE {OfType}{filter}", serviceId, "catalogue", since))
            known.AddCatalogue(row[0] as byte[]);
        return known;
    }

    private static List<object[]> Select(
        SqliteConnection documents, string sql, string serviceId, string type, string? since)
    {
        using var command = documents.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$service", serviceId);
        command.Parameters.AddWithValue("$type", type);
        if (since is not null) command.Parameters.AddWithValue("$since", since);
        using var row = command.ExecuteReader();
        var rows = new List<object[]>();
        while (row.Read())
        {
            var values = new object[row.FieldCount];
            row.GetValues(values);
            rows.Add(values);
        }
        return rows;
    }

    private static Dictionary<string, long> ReadHeads(string ledgerPath, IReadOnlyCollection<string> batches)
    {
        var heads = new Dictionary<string, long>(StringComparer.Ordinal);
        if (batches.Count == 0 || !File.Exists(ledgerPath)) return heads;
        using var ledger = new SqliteConnection(SqliteFile.ConnectionString(ledgerPath));
        ledger.Open();
        if (!SqliteFile.HasTable(ledger, "stream")) return heads;
        using var select = SqliteFile.Prepare(ledger, "SELECT head_seq FROM stream WHERE name = $name", "$name");
        foreach (var batch in batches)
        {
            select.Parameters[0].Value = Streams.OfBatch(batch);
            if (select.ExecuteScalar() is long head) heads.Add(batch, head);
        }
        return heads;
    }

    private static void Accept(SqliteConnection documents, string serviceId)
    {
        using var command = documents.CreateCommand();
        command.CommandText =
            """
            INSERT INTO GrainState (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, Version, Payload, ModifiedAt)
            VALUES ($service, $type, 0, 0, '', 1, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
            ON CONFLICT DO UPDATE SET Version = Version + 1, ModifiedAt = excluded.ModifiedAt
            """;
        command.Parameters.AddWithValue("$service", serviceId);
        command.Parameters.AddWithValue("$type", KnownHeads.AcceptedType);
        command.ExecuteNonQuery();
    }
}

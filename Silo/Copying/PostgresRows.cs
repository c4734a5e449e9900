using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace OrleansSale.Silo.Copying;

/// <summary>Reads and adds the rows of a database's tables.</summary>
internal static class PostgresRows
{
    // The tables may have been filled a moment ago, so the planner has no statistics. It must follow the primary keys,
    // which have the wanted order, and must not sort or hash data that may exceed memory.
    private static readonly string[] Walking =
        ["enable_sort", "enable_incremental_sort", "enable_hashjoin", "enable_seqscan"];

    /// <summary>All commits, stream by stream, as one state.</summary>
    public static async IAsyncEnumerable<CommitRow> ReadCommitsAsync(
        NpgsqlDataSource source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var select = await WalkAsync(
            connection,
            """
            SELECT c.stream, s.name, c.first_seq, c.count, c.hash, c.entries, s.is_open
            FROM ledger_commit c JOIN stream s ON s.id = c.stream
            ORDER BY c.stream, c.first_seq
            """,
            cancellationToken);
        await using var row = await select.ExecuteReaderAsync(cancellationToken);
        var numbers = new StreamNumbers();
        while (await row.ReadAsync(cancellationToken))
        {
            var id = row.GetInt64(0);
            yield return numbers.Next(
                id, numbers.Is(id) ? numbers.Name : row.GetString(1), row.GetInt64(2), row.GetInt32(3),
                row.GetFieldValue<byte[]>(4), row.GetFieldValue<byte[]>(5), row.GetBoolean(6));
        }
    }

    /// <summary>All documents.</summary>
    public static async IAsyncEnumerable<DocumentRow> ReadDocumentsAsync(
        NpgsqlDataSource source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        foreach (var hasKey in (bool[])[false, true])
        {
            await using var select = await WalkAsync(
                connection,
                $"""
                SELECT ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, Version, Payload, ModifiedAt
                FROM GrainState
                WHERE HasGrainKey = {hasKey} ORDER BY ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey
                """,
                cancellationToken);
            await using var row = await select.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                yield return new DocumentRow(
                    row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3),
                    hasKey ? row.GetString(4) : null,
                    row.GetInt32(5), row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6), row.GetDateTime(7));
            }
        }
    }

    /// <summary>Adds commits durably: all or none.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AddStreamsAsync(connection, commits, cancellationToken);
        await using (var import = await connection.BeginBinaryImportAsync(
            "COPY ledger_commit (stream, first_seq, count, hash, entries) FROM STDIN (FORMAT BINARY)",
            cancellationToken))
        {
            foreach (var (stream, commit) in commits)
            {
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(stream, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync(commit.FirstSeq, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync(commit.Count, NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(commit.Hash, NpgsqlDbType.Bytea, cancellationToken);
                await import.WriteAsync(commit.Entries, NpgsqlDbType.Bytea, cancellationToken);
            }
            await import.CompleteAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Adds documents durably: all or none.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, IReadOnlyList<DocumentRow> documents, CancellationToken cancellationToken)
    {
        await using var import = await connection.BeginBinaryImportAsync(
            """
            COPY GrainState
              (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, HasGrainKey, Version, Payload, ModifiedAt)
            FROM STDIN (FORMAT BINARY)
            """,
            cancellationToken);
        foreach (var document in documents)
        {
            await import.StartRowAsync(cancellationToken);
            await import.WriteAsync(document.ServiceId, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(document.GrainType, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(document.Number0, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(document.Number1, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(document.Key ?? "", NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(document.Key is not null, NpgsqlDbType.Boolean, cancellationToken);
            await import.WriteAsync(document.Version, NpgsqlDbType.Integer, cancellationToken);
            if (document.Payload is null) await import.WriteNullAsync(cancellationToken);
            else await import.WriteAsync(document.Payload, NpgsqlDbType.Bytea, cancellationToken);
            await import.WriteAsync(document.ModifiedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        }
        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>A small table of names and values.</summary>
    public static async Task<SortedDictionary<string, string>> ReadPairsAsync(
        NpgsqlConnection connection, string table, string column, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand($"SELECT name, {column} FROM {table}", connection);
        await using var row = await select.ExecuteReaderAsync(cancellationToken);
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken)) pairs.Add(row.GetString(0), row.GetString(1));
        return pairs;
    }

    /// <summary>Replaces the table's content with these pairs in one transaction.</summary>
    public static async Task ReplacePairsAsync(
        NpgsqlConnection connection, string table, string column, SortedDictionary<string, string> pairs,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var delete = new NpgsqlCommand($"DELETE FROM {table}", connection);
        await delete.ExecuteNonQueryAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO {table} (name, {column}) SELECT * FROM unnest($1, $2)", connection);
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. pairs.Keys] });
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. pairs.Values] });
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // New streams are added. A stream that an earlier chunk began is updated.
    private static async Task AddStreamsAsync(
        NpgsqlConnection connection, IReadOnlyList<CommitRow> commits, CancellationToken cancellationToken)
    {
        if (commits[0] is var first && first.Commit.FirstSeq > 1)
        {
            await using var update = new NpgsqlCommand(
                "UPDATE stream SET is_open = $2 WHERE id = $1 AND name = $3", connection);
            update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first.Stream });
            update.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = first.Commit.IsOpen });
            update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = first.Commit.Stream });
            if (await update.ExecuteNonQueryAsync(cancellationToken) != 1)
                throw new CopyException($"The target lost the stream {first.Commit.Stream} while it was written.");
        }

        await using var import = await connection.BeginBinaryImportAsync(
            "COPY stream (id, name, is_open) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var row in commits)
        {
            if (row.Commit.FirstSeq > 1) continue;
            await import.StartRowAsync(cancellationToken);
            await import.WriteAsync(row.Stream, NpgsqlDbType.Bigint, cancellationToken);
            await import.WriteAsync(row.Commit.Stream, NpgsqlDbType.Text, cancellationToken);
            await import.WriteAsync(row.Commit.IsOpen, NpgsqlDbType.Boolean, cancellationToken);
        }
        await import.CompleteAsync(cancellationToken);
    }

    private static async Task<NpgsqlCommand> WalkAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        foreach (var way in Walking)
        {
            await using var forgo = new NpgsqlCommand($"SET {way} = off", connection);
            await forgo.ExecuteNonQueryAsync(cancellationToken);
        }
        return new NpgsqlCommand(sql, connection);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Copying;

/// <summary>
/// Reads and adds the rows of a directory's two files. For one thread at a time, reading and adding apart.
/// </summary>
internal sealed class SqliteRows : IDisposable
{
    // Rows are added and read in the order of their keys, so a small cache is enough.
    private const int CacheKibibytes = 32 << 10;

    // Milliseconds, as the engine writes them, or microseconds, as a database keeps them.
    private const string Milliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
        Microseconds = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private readonly SqliteConnection _ledger, _grains;
    private readonly SqliteCommand _addStream, _moveHead, _addCommit, _addDocument;

    public SqliteRows(string ledgerPath, string grainsPath)
    {
        (_ledger, _grains) = (Open(ledgerPath), Open(grainsPath));
        _addStream = SqliteFile.Prepare(
            _ledger,
            "INSERT INTO stream (id, name, head_seq, head_hash, is_open) VALUES ($id, $name, $seq, $hash, $is_open)",
            "$id", "$name", "$seq", "$hash", "$is_open");
        _moveHead = SqliteFile.Prepare(
            _ledger,
            "UPDATE stream SET head_seq = $seq, head_hash = $hash, is_open = $is_open "
                + "WHERE id = $id AND name = $name",
            "$id", "$name", "$seq", "$hash", "$is_open");
        _addCommit = SqliteFile.Prepare(
            _ledger,
            "INSERT INTO ledger_commit (stream, first_seq, count, hash, entries) VALUES ($id, $first_seq, $count, "
                + "$hash, $entries)",
            "$id", "$first_seq", "$count", "$hash", "$entries");
        _addDocument = SqliteFile.Prepare(
            _grains,
            """
            INSERT INTO GrainState (ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, Version, Payload, ModifiedAt)
            VALUES ($service, $type, $n0, $n1, $key, $version, $payload, $modified)
            """,
            "$service", "$type", "$n0", "$n1", "$key", "$version", "$payload", "$modified");
    }

    /// <summary>The connection to the ledger's file.</summary>
    public SqliteConnection Ledger => _ledger;

    /// <summary>
    /// Whether a file, which may be missing, has any row in a table: then what to call it, else null.
    /// </summary>
    public static string? FindRow(string path, string table, string name)
    {
        if (!File.Exists(path)) return null;
        using var connection = Open(path, readOnly: true);
        if (!SqliteFile.HasTable(connection, table)) return null;
        using var select = SqliteFile.Prepare(connection, $"SELECT EXISTS (SELECT 1 FROM {table})");
        return select.ExecuteScalar() is 1L ? name : null;
    }

    /// <summary>See <see cref="CopyPlace.MeasureAsync"/>.</summary>
    public CopySize Measure()
    {
        long Count(SqliteConnection file, string what)
        {
            using var count = SqliteFile.Prepare(file, $"SELECT {what}");
            return (long)count.ExecuteScalar()!;
        }

        return new CopySize(
            Count(_ledger, "count(*) FROM stream"), Count(_ledger, "count(*) FROM ledger_commit"),
            Count(_ledger, "coalesce(sum(head_seq), 0) FROM stream"), Count(_grains, "count(*) FROM GrainState"));
    }

    /// <summary>See <see cref="CopyPlace.FindFaultAsync"/>.</summary>
    public string? FindFault()
    {
        using var heads = SqliteFile.Prepare(
            _ledger,
            """
            SELECT s.name FROM stream s
            WHERE NOT EXISTS (
              SELECT 1 FROM ledger_commit c
              WHERE c.stream = s.id AND c.first_seq = (SELECT max(first_seq) FROM ledger_commit WHERE stream = s.id)
                AND c.first_seq + c.count - 1 = s.head_seq AND c.hash = s.head_hash
            ) LIMIT 1
            """);
        if (heads.ExecuteScalar() is string name) return $"the head of {name} is not the end of its newest commit";
        using var strays = SqliteFile.Prepare(
            _ledger,
            "SELECT stream FROM ledger_commit WHERE NOT EXISTS (SELECT 1 FROM stream s WHERE s.id = stream) LIMIT 1");
        return strays.ExecuteScalar() is long id ? $"there are commits of a stream {id} that does not exist" : null;
    }

    /// <summary>All commits, stream by stream.</summary>
    public static IEnumerable<CommitRow> ReadCommits(string ledgerPath)
    {
        using var connection = Open(ledgerPath, readOnly: true);
        using var select = SqliteFile.Prepare(
            connection,
            """
            SELECT c.stream, s.name, c.first_seq, c.count, c.hash, c.entries, s.is_open
            FROM ledger_commit c CROSS JOIN stream s ON s.id = c.stream
            ORDER BY c.stream, c.first_seq
            """);
        using var row = select.ExecuteReader();
        var numbers = new StreamNumbers();
        while (row.Read())
        {
            var name = numbers.Is(row.GetInt64(0)) ? numbers.Name : row.GetString(1);
            yield return numbers.Next(
                row.GetInt64(0), name, row.GetInt64(2), row.GetInt32(3),
                row.GetFieldValue<byte[]>(4), row.GetFieldValue<byte[]>(5),
                row.GetBoolean(6));
        }
    }

    /// <summary>All documents.</summary>
    public static IEnumerable<DocumentRow> ReadDocuments(string grainsPath)
    {
        using var connection = Open(grainsPath, readOnly: true);
        // The key is a text, or an empty BLOB for none. Two readings, each in the order of the primary key: no sorting.
        foreach (var kind in (string[])["blob", "text"])
        {
            using var select = SqliteFile.Prepare(
                connection,
                $"""
                SELECT ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey, Version, Payload, ModifiedAt
                FROM GrainState
                WHERE typeof(GrainKey) = '{kind}' ORDER BY ServiceId, GrainType, GrainIdN0, GrainIdN1, GrainKey
                """);
            using var row = select.ExecuteReader();
            while (row.Read())
            {
                yield return new DocumentRow(
                    row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3),
                    kind == "text" ? row.GetString(4) : null,
                    row.GetInt32(5), row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
                    ParseInstant(row.GetString(7)));
            }
        }
    }

    /// <summary>Adds commits durably: all or none.</summary>
    public void Add(IReadOnlyList<CommitRow> commits)
    {
        using var transaction = _ledger.BeginTransaction(deferred: false);
        SetTransaction(transaction, _addStream, _moveHead, _addCommit);
        for (var i = 0; i < commits.Count; i++)
        {
            var (stream, commit) = commits[i];
            Set(_addCommit, stream, commit.FirstSeq, commit.Count, commit.Hash, BytesOf(commit.Entries))
                .ExecuteNonQuery();
            // The head is written once for all rows that this transaction adds.
            if (i + 1 < commits.Count && commits[i + 1].Stream == stream) continue;
            var first = i;
            while (first > 0 && commits[first - 1].Stream == stream) first--;
            var head = commits[first].Commit.FirstSeq == 1 ? _addStream : _moveHead;
            if (Set(head, stream, commit.Stream, commit.LastSeq, commit.Hash, commit.IsOpen ? 1L : 0L)
                .ExecuteNonQuery() != 1)
                throw new CopyException($"The target lost the stream {commit.Stream} while it was written.");
        }
        transaction.Commit();
    }

    /// <summary>Adds documents durably: all or none.</summary>
    public void Add(IReadOnlyList<DocumentRow> documents)
    {
        using var transaction = _grains.BeginTransaction(deferred: false);
        SetTransaction(transaction, _addDocument);
        foreach (var document in documents)
        {
            Set(
                _addDocument, document.ServiceId, document.GrainType, document.Number0, document.Number1,
                document.Key ?? (object)Array.Empty<byte>(), document.Version, document.Payload ?? (object)DBNull.Value,
                FormatInstant(document.ModifiedAt)).ExecuteNonQuery();
        }
        transaction.Commit();
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _ledger.Dispose();
        _grains.Dispose();
    }

    private static SqliteConnection Open(string path, bool readOnly = false)
    {
        var connection = new SqliteConnection(SqliteFile.ConnectionString(path, readOnly));
        connection.Open();
        SqliteFile.Execute(connection, $"PRAGMA cache_size = -{CacheKibibytes}");
        // A committed chunk is durable, as an engine's commits are.
        SqliteFile.Execute(connection, "PRAGMA synchronous = FULL");
        return connection;
    }

    private static void SetTransaction(SqliteTransaction transaction, params ReadOnlySpan<SqliteCommand> commands)
    {
        foreach (var command in commands) command.Transaction = transaction;
    }

    private static SqliteCommand Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }

    private static byte[] BytesOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var array) && array.Offset == 0 && array.Count == array.Array!.Length
            ? array.Array
            : bytes.ToArray();

    private static DateTime ParseInstant(string text) =>
        DateTime.ParseExact(text, [Milliseconds, Microseconds], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static string FormatInstant(DateTime instant) => instant.ToString(
        instant.Ticks % TimeSpan.TicksPerMillisecond == 0 ? Milliseconds : Microseconds, CultureInfo.InvariantCulture);
}

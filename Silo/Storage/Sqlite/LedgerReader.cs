using Microsoft.Data.Sqlite;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// One reading connection to the ledger's file, with its statements compiled. Used by one thread at a time.
/// </summary>
/// <remarks>
/// Every statement sees one committed state. Reading a page takes several statements, but needs no transaction: rows
/// never change, an answer depends on older rows only, and a stream is erased whole. So no reader holds a snapshot
/// between two pages, and the log can be moved into the file there.
/// </remarks>
internal sealed class LedgerReader : IDisposable
{
    // The end of a range that has none: SQLite orders every BLOB after every text.
    private static readonly byte[] NoEnd = [];

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _head;
    private readonly SqliteCommand _start;
    private readonly SqliteCommand _page;
    private readonly SqliteCommand _exists;
    private readonly SqliteCommand _listFrom;
    private readonly SqliteCommand _listAfter;
    private readonly SqliteCommand _countOpen;

    public LedgerReader(string path)
    {
        _connection = new SqliteConnection(SqliteFile.ConnectionString(path, readOnly: true));
        try
        {
            _connection.Open();
            _head = SqliteFile.Prepare(
                _connection, "SELECT head_seq, head_hash, id FROM stream WHERE name = $stream", "$stream");
            _start = SqliteFile.Prepare(
                _connection,
                """
                SELECT first_seq, count, hash FROM ledger_commit
                WHERE stream = $id AND first_seq <= $seq ORDER BY first_seq DESC LIMIT 2
                """,
                "$id", "$seq");
            _page = SqliteFile.Prepare(
                _connection,
                """
                SELECT first_seq, count, hash, entries FROM ledger_commit
                WHERE stream = $id AND first_seq >= $seq ORDER BY first_seq LIMIT $rows
                """,
                "$id", "$seq", "$rows");
            _exists = SqliteFile.Prepare(_connection, "SELECT 1 FROM stream WHERE id = $id", "$id");
            _listFrom = PrepareList(">=");
            _listAfter = PrepareList(">");
            // Two counts within indexes, without reading the table: of all streams, and of the few that are not open.
            _countOpen = SqliteFile.Prepare(
                _connection,
                """
                SELECT (SELECT count(*) FROM stream WHERE name >= $from AND name < $end)
                  - (SELECT count(*) FROM stream INDEXED BY stream_closed
                     WHERE name >= $from AND name < $end AND is_open = 0)
                """,
                "$from", "$end");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The head of a stream.</summary>
    public LedgerHead ReadHead(string stream)
    {
        _head.Parameters[0].Value = stream;
        using var row = _head.ExecuteReader();
        return row.Read() ? new LedgerHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : LedgerHead.Empty;
    }

    /// <summary>
    /// Where reading begins: at the commit that contains an entry. Null for a stream without entries.
    /// </summary>
    public LedgerCursor? Seek(string stream, long fromSeq)
    {
        _head.Parameters[0].Value = stream;
        LedgerHead head;
        long id;
        using (var found = _head.ExecuteReader())
        {
            if (!found.Read()) return null;
            (head, id) = (new LedgerHead(found.GetInt64(0), found.GetFieldValue<byte[]>(1)), found.GetInt64(2));
        }

        _start.Parameters[0].Value = id;
        _start.Parameters[1].Value = fromSeq;
        var nearest = new List<CommitEnd>(2);
        using var row = _start.ExecuteReader();
        while (row.Read()) nearest.Add(new CommitEnd(row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)));
        return LedgerCursor.At(id, head, fromSeq, nearest);
    }

    /// <summary>The end of the commit that contains an entry; its entries are not read.</summary>
    public LedgerHead ReadCommitEnd(string stream, long seq)
    {
        _head.Parameters[0].Value = stream;
        using (var found = _head.ExecuteReader())
        {
            if (!found.Read()) return LedgerHead.Empty;
            _start.Parameters[0].Value = found.GetInt64(2);
        }

        _start.Parameters[1].Value = seq;
        using var row = _start.ExecuteReader();
        return row.Read() && row.GetInt64(0) + row.GetInt64(1) > seq
            ? new LedgerHead(row.GetInt64(0) + row.GetInt64(1) - 1, row.GetFieldValue<byte[]>(2)) : LedgerHead.Empty;
    }

    /// <summary>Reads the next commits. A stream that was erased meanwhile has ended.</summary>
    /// <returns>Where the next page begins; null after the last.</returns>
    /// <exception cref="LedgerFormatException">
    /// The rows end before the head that the stream had when reading began.
    /// </exception>
    public (List<LedgerCommit> Commits, LedgerCursor? Next) ReadPage(string stream, LedgerCursor start)
    {
        _page.Parameters[0].Value = start.Id;
        _page.Parameters[1].Value = start.Seq;
        _page.Parameters[2].Value = (long)LedgerPage.MaxRows;
        using var row = _page.ExecuteReader();
        var page = new LedgerPage(stream, start);
        while (!page.IsFull && row.Read()) page.Add(row);
        return page.Commits.Count == 0 && IsErased(start.Id) ? ([], null) : (page.Commits, page.Next());
    }

    /// <summary>The heads of the streams below a prefix, see <see cref="ILedger.ListAsync"/>.</summary>
    public List<StreamHead> List(string prefix, string? after, int limit)
    {
        var isAfter = after is not null && StreamRange.Compare(after, prefix) >= 0;
        var list = isAfter ? _listAfter : _listFrom;
        list.Parameters[0].Value = isAfter ? after : prefix;
        list.Parameters[1].Value = EndOf(prefix);
        list.Parameters[2].Value = (long)limit;
        using var row = list.ExecuteReader();
        var heads = new List<StreamHead>();
        while (row.Read()) heads.Add(new StreamHead(row.GetString(0), row.GetInt64(1)));
        return heads;
    }

    /// <summary>How many streams below a prefix are open.</summary>
    public long CountOpen(string prefix)
    {
        _countOpen.Parameters[0].Value = prefix;
        _countOpen.Parameters[1].Value = EndOf(prefix);
        return (long)_countOpen.ExecuteScalar()!;
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection.Dispose();

    private bool IsErased(long id)
    {
        _exists.Parameters[0].Value = id;
        return _exists.ExecuteScalar() is null;
    }

    private static object EndOf(string prefix) => (object?)StreamRange.EndOf(prefix) ?? NoEnd;

    private SqliteCommand PrepareList(string lower) => SqliteFile.Prepare(
        _connection,
        $"SELECT name, head_seq FROM stream WHERE name {lower} $from AND name < $end ORDER BY name LIMIT $limit",
        "$from", "$end", "$limit");
}

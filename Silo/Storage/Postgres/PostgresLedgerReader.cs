using Npgsql;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>Reads the ledger. Each query uses a connection of a small pool of its own.</summary>
/// <remarks>
/// Every statement sees one committed state. Reading a page takes several statements, but needs no transaction: rows
/// never change, an answer depends on older rows only, and a stream is erased whole.
/// </remarks>
internal sealed class PostgresLedgerReader(PostgresDatabase database) : IAsyncDisposable
{
    /// <summary>Most connections, and so most reads at the same time. Further reads wait asynchronously.</summary>
    public const int Capacity = 4;

    /// <summary>How long a read waits for a connection, and then for an answer.</summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    private const string Newest =
        """
        SELECT c.first_seq + c.count - 1 AS seq, c.hash
        FROM ledger_commit c WHERE c.stream = s.id ORDER BY c.first_seq DESC LIMIT 1
        """;

    private const string HeadSql =
        $"SELECT head.seq, head.hash FROM stream s CROSS JOIN LATERAL ({Newest}) head WHERE s.name = $1";

    private const string SeekSql =
        $"""
        SELECT s.id, head.seq, head.hash, nearest.first_seq, nearest.count, nearest.hash
        FROM stream s CROSS JOIN LATERAL ({Newest}) head LEFT JOIN LATERAL (
          SELECT c.first_seq, c.count, c.hash FROM ledger_commit c
          WHERE c.stream = s.id AND c.first_seq <= $2 ORDER BY c.first_seq DESC LIMIT 2
        ) nearest ON true
        WHERE s.name = $1 ORDER BY nearest.first_seq DESC
        """;

    private const string CommitEndSql =
        """
        SELECT c.first_seq + c.count - 1, c.hash FROM stream s CROSS JOIN LATERAL (
          SELECT first_seq, count, hash FROM ledger_commit
          WHERE stream = s.id AND first_seq <= $2 ORDER BY first_seq DESC LIMIT 1
        ) c WHERE s.name = $1 AND c.first_seq + c.count > $2
        """;

    // The sum over the rows before a row uses only their lengths. So the server does not fetch entries that it does not
    // send.
    private static readonly string PageSql =
        $"""
        SELECT first_seq, count, hash, entries FROM (
          SELECT *, sum(length(entries)) OVER (ORDER BY first_seq) - length(entries) AS bytes_before FROM (
            SELECT first_seq, count, hash, entries FROM ledger_commit
            WHERE stream = $1 AND first_seq >= $2 ORDER BY first_seq LIMIT {LedgerPage.MaxRows}
          ) page
        ) page WHERE bytes_before < {LedgerPage.MaxBytes} ORDER BY first_seq
        """;

    private readonly NpgsqlDataSource _source = database.CreateSource("ledger reads", Capacity);
    private readonly SemaphoreSlim _places = new(Capacity, Capacity);
    private volatile bool _closed;

    /// <summary>The head of a stream.</summary>
    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken) => ReadAsync(
        HeadSql, [Text(stream)],
        async row => await row.ReadAsync().ConfigureAwait(false)
            ? new LedgerHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : LedgerHead.Empty,
        cancellationToken);

    /// <summary>The end of the commit that contains an entry; its entries are not read.</summary>
    public Task<LedgerHead> ReadCommitEndAsync(string stream, long seq, CancellationToken cancellationToken) =>
        ReadAsync(
            CommitEndSql, [Text(stream), Number(seq)],
            async row => await row.ReadAsync().ConfigureAwait(false)
                ? new LedgerHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : LedgerHead.Empty,
            cancellationToken);

    /// <summary>
    /// Where reading begins: at the commit that contains an entry. Null for a stream without entries.
    /// </summary>
    public Task<LedgerCursor?> SeekAsync(string stream, long fromSeq, CancellationToken cancellationToken) => ReadAsync(
        SeekSql, [Text(stream), Number(fromSeq)],
        async row =>
        {
            var (id, head, nearest) = (0L, LedgerHead.Empty, new List<CommitEnd>(2));
            while (await row.ReadAsync().ConfigureAwait(false))
            {
                (id, head) = (row.GetInt64(0), new LedgerHead(row.GetInt64(1), row.GetFieldValue<byte[]>(2)));
                if (!row.IsDBNull(3))
                    nearest.Add(new CommitEnd(row.GetInt64(3), row.GetInt32(4), row.GetFieldValue<byte[]>(5)));
            }

            return head.Seq == 0 ? null : LedgerCursor.At(id, head, fromSeq, nearest);
        },
        cancellationToken);

    /// <summary>
    /// Reads the next commits, and where the page after them begins: null after the last. A stream that was erased
    /// meanwhile has ended.
    /// </summary>
    public async Task<(List<LedgerCommit> Commits, LedgerCursor? Next)> ReadPageAsync(
        string stream, LedgerCursor start, CancellationToken cancellationToken)
    {
        var page = new LedgerPage(stream, start);
        await ReadAsync(
            PageSql, [Number(start.Id), Number(start.Seq)],
            async row =>
            {
                while (!page.IsFull && await row.ReadAsync().ConfigureAwait(false)) page.Add(row);
                return page;
            },
            cancellationToken).ConfigureAwait(false);
        return page.Commits.Count == 0 && await IsErasedAsync(start.Id, cancellationToken).ConfigureAwait(false)
            ? ([], null) : (page.Commits, page.Next());
    }

    /// <summary>The heads of the streams below a prefix, see <see cref="ILedger.ListAsync"/>.</summary>
    public Task<List<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken)
    {
        var isAfter = after is not null && StreamRange.Compare(after, prefix) >= 0;
        var end = StreamRange.EndOf(prefix);
        var sql =
            $"""
            SELECT s.name, head.seq FROM stream s CROSS JOIN LATERAL ({Newest}) head
            WHERE s.name {(isAfter ? ">" : ">=")} $1 {(end is null ? "" : "AND s.name < $3")} ORDER BY s.name LIMIT $2
            """;
        List<NpgsqlParameter> values = [Text(isAfter ? after! : prefix), Number(limit)];
        if (end is not null) values.Add(Text(end));
        return ReadAsync(
            sql, values,
            async row =>
            {
                var heads = new List<StreamHead>();
                while (await row.ReadAsync().ConfigureAwait(false))
                    heads.Add(new StreamHead(row.GetString(0), row.GetInt64(1)));
                return heads;
            },
            cancellationToken);
    }

    /// <summary>How many streams below a prefix are open.</summary>
    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken)
    {
        var end = StreamRange.EndOf(prefix);
        var range = end is null ? "name >= $1" : "name >= $1 AND name < $2";
        List<NpgsqlParameter> values = [Text(prefix)];
        if (end is not null) values.Add(Text(end));
        return ReadAsync(
            $"SELECT (SELECT count(*) FROM stream WHERE {range}) "
                + $"- (SELECT count(*) FROM stream WHERE NOT is_open AND {range})", values,
            async row =>
            {
                await row.ReadAsync().ConfigureAwait(false);
                return row.GetInt64(0);
            },
            cancellationToken);
    }

    /// <summary>Waits for the reads under way, up to their bound, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        using var patience = new CancellationTokenSource(ReadTimeout);
        var taken = 0;
        try
        {
            for (; taken < Capacity; taken++) await _places.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Abandoned reads end by themselves.
        }

        await _source.DisposeAsync().ConfigureAwait(false);
        // Readers that come later find the ledger closed.
        if (taken > 0) _places.Release(taken);
    }

    private Task<bool> IsErasedAsync(long id, CancellationToken cancellationToken) => ReadAsync(
        "SELECT FROM stream WHERE id = $1", [Number(id)], async row => !await row.ReadAsync().ConfigureAwait(false),
        cancellationToken);

    private async Task<T> ReadAsync<T>(
        string sql, IEnumerable<NpgsqlParameter> values, Func<NpgsqlDataReader, Task<T>> read,
        CancellationToken cancellationToken)
    {
        if (!await _places.WaitAsync(ReadTimeout, cancellationToken).ConfigureAwait(false))
            throw new LedgerUnavailableException("The ledger could not be read: earlier reads have not been answered.");
        // The caller's token does not reach the command, because cancelling a command opens another connection to the
        // server. An abandoned read keeps its place until its command times out.
        var reading = ReadInPlaceAsync(sql, values, read);
        try
        {
            return await reading.WaitAsync(ReadTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException failure)
        {
            throw new LedgerUnavailableException("The ledger could not be read: no answer in time.", failure);
        }
    }

    private async Task<T> ReadInPlaceAsync<T>(
        string sql, IEnumerable<NpgsqlParameter> values, Func<NpgsqlDataReader, Task<T>> read)
    {
        try
        {
            if (_closed) throw new LedgerUnavailableException("The ledger is closed.");
            await using var command = _source.CreateCommand(sql);
            foreach (var value in values) command.Parameters.Add(value);
            await using var row = await command.ExecuteReaderAsync().ConfigureAwait(false);
            return await read(row).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (LedgerUnavailableException or LedgerFormatException))
        {
            if (IsDamage(failure))
            {
                throw new LedgerFormatException(
                    $"the database finds its own files damaged: {failure.Message}", failure);
            }
            throw new LedgerUnavailableException($"The ledger could not be read: {failure.Message}", failure);
        }
        finally
        {
            _places.Release();
        }
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };

    private static bool IsDamage(Exception failure) => failure
        is PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted }
        or InvalidCastException or OverflowException;
}

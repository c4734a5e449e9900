using Microsoft.Data.Sqlite;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>The index of orders of an embedded engine: an SQLite file of its own.</summary>
/// <remarks>
/// A commit here need not be durable, because the index follows from the ledger: after a crash of the machine it is at
/// most older, with the mark that belongs to it. SQLite's calls block, so they run on the thread pool.
/// </remarks>
public sealed class SqliteOrderIndex : IOrderIndex, IDisposable
{
    private const string Columns = "o.seq, o.alias, o.hold, o.owed, o.returned, o.units, o.provider, o.payment, o.kept";

    // Aliases come in no order, so new orders change pages all over their batch's part of the index by buyer: they stay
    // here until the commit.
    private const int WriteCacheKilobytes = 32_768;

    private readonly string _path;

    // One call at a time on each: the writes of the followers, and the searches of operators.
    private readonly SqliteConnection _writing, _reading;
    private readonly SemaphoreSlim _mayWrite = new(1, 1), _mayRead = new(1, 1);

    private SqliteOrderIndex(string path)
    {
        _path = path;
        (_writing, _reading) = (Open(path), Open(path));
        SqliteFile.Execute(_writing, $"PRAGMA cache_size = -{WriteCacheKilobytes}");
    }

    /// <summary>Opens the index of a directory. One that cannot be used is removed and made anew.</summary>
    /// <exception cref="FileUnusableException">It can't be made.</exception>
    public static SqliteOrderIndex Open(DataDirectory directory)
    {
        var path = directory.IndexPath;
        try
        {
            SqliteFile.Apply(path, "Index");
            SqliteFile.RequireSound(path);
        }
        catch (FileUnusableException)
        {
            foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(path + suffix);
            SqliteFile.Apply(path, "Index");
        }
        return new SqliteOrderIndex(path);
    }

    /// <inheritdoc/>
    public Task<IndexMark> ReadMarkAsync(string batch, CancellationToken cancellationToken = default) => ReadAsync(
        connection =>
        {
            using var select = SqliteFile.Prepare(
                connection, "SELECT seq, hash FROM followed WHERE batch = $batch", "$batch");
            select.Parameters[0].Value = batch;
            using var row = select.ExecuteReader();
            return row.Read() ? new IndexMark(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : IndexMark.None;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListMarksAsync(CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyDictionary<string, long>>(
            connection =>
            {
                var marks = new Dictionary<string, long>(StringComparer.Ordinal);
                using var select = SqliteFile.Prepare(connection, "SELECT batch, seq FROM followed");
                using var row = select.ExecuteReader();
                while (row.Read()) marks.Add(row.GetString(0), row.GetInt64(1));
                return marks;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexedOrder>> ReadAsync(
        string batch, IReadOnlyCollection<long> orders, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<IndexedOrder>>(
            connection =>
            {
                var found = new List<IndexedOrder>(orders.Count);
                if (FindId(connection, batch) is not { } id) return found;
                using var select = SqliteFile.Prepare(
                    connection, $"SELECT {Columns} FROM indexed_order o WHERE o.batch = $batch AND o.seq = $seq",
                    "$batch", "$seq");
                select.Parameters[0].Value = id;
                foreach (var order in orders)
                {
                    select.Parameters[1].Value = order;
                    using var row = select.ExecuteReader();
                    if (row.Read()) found.Add(OrderOf(row));
                }
                return found;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteAsync(
        string batch, IndexMark before, IndexMark after, IReadOnlyCollection<IndexedOrder> orders,
        CancellationToken cancellationToken = default) => WriteAsync(
        connection =>
        {
            if (!Move(connection, batch, before, after)) return false;
            var id = FindId(connection, batch)!.Value;
            using var put = SqliteFile.Prepare(
                connection,
                """
                INSERT OR REPLACE INTO indexed_order
                  (batch, seq, alias, status, hold, owed, returned, units, provider, payment, kept)
                VALUES ($batch, $seq, $alias, $status, $hold, $owed, $returned, $units, $provider, $payment, $kept)
                """,
                "$batch", "$seq", "$alias", "$status", "$hold", "$owed", "$returned", "$units", "$provider",
                "$payment", "$kept");
            using var putUnit = SqliteFile.Prepare(
                connection, "INSERT OR IGNORE INTO indexed_unit (unit, batch, seq) VALUES ($unit, $batch, $seq)",
                "$unit", "$batch", "$seq");
            foreach (var order in orders)
            {
                Set(put, id, order.Seq, IndexRow.BytesOf(order.Buyer), (int)order.Status, (int)order.Hold, order.Owed,
                    order.Returned, IndexRow.UnitsOf(order), (object?)order.Payment?.Provider ?? DBNull.Value,
                    (object?)order.Payment?.Id ?? DBNull.Value, order.Kept);
                put.ExecuteNonQuery();
                foreach (var unit in order.Units)
                {
                    Set(putUnit, unit, id, order.Seq);
                    putUnit.ExecuteNonQuery();
                }
            }
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task ClearAsync(string batch, CancellationToken cancellationToken = default) => WriteAsync(
        connection =>
        {
            if (FindId(connection, batch) is not { } id) return true;
            foreach (var (table, column) in ((string, string)[])
                [("indexed_unit", "batch"), ("indexed_order", "batch"), ("followed", "id")])
            {
                using var delete = SqliteFile.Prepare(
                    connection, $"DELETE FROM {table} WHERE {column} = $id", "$id");
                Set(delete, id);
                delete.ExecuteNonQuery();
            }
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundOrder>> FindAsync(
        OrderQuery query, CancellationToken cancellationToken = default)
    {
        if (query.Buyers is { Length: 0 }) return [];
        return await ReadAsync(connection => SqliteOrderSearch.Find(connection, query), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mayWrite.Wait();
        _mayRead.Wait();
        _writing.Dispose();
        _reading.Dispose();
        _mayWrite.Dispose();
        _mayRead.Dispose();
    }

    private static bool Move(SqliteConnection connection, string batch, IndexMark before, IndexMark after)
    {
        using var move = before.Seq == 0
            ? SqliteFile.Prepare(
                connection,
                "INSERT INTO followed (batch, seq, hash) VALUES ($batch, $seq, $hash) ON CONFLICT DO NOTHING",
                "$batch", "$seq", "$hash")
            : SqliteFile.Prepare(
                connection,
                """
                UPDATE followed SET seq = $seq, hash = $hash
                WHERE batch = $batch AND seq = $before AND hash = $beforeHash
                """,
                "$batch", "$seq", "$hash", "$before", "$beforeHash");
        if (before.Seq == 0) Set(move, batch, after.Seq, after.Hash);
        else Set(move, batch, after.Seq, after.Hash, before.Seq, before.Hash);
        return move.ExecuteNonQuery() == 1;
    }

    private static long? FindId(SqliteConnection connection, string batch)
    {
        using var select = SqliteFile.Prepare(connection, "SELECT id FROM followed WHERE batch = $batch", "$batch");
        Set(select, batch);
        return select.ExecuteScalar() as long?;
    }

    private static IndexedOrder OrderOf(SqliteDataReader row) => IndexRow.Read(
        row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt32(2), row.GetInt64(3), row.GetInt32(4),
        row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7),
        row.GetInt64(8));

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(SqliteFile.ConnectionString(path));
        connection.Open();
        SqliteFile.Execute(connection, "PRAGMA synchronous = NORMAL");
        return connection;
    }

    private Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken) =>
        UseAsync(_mayRead, () => read(_reading), cancellationToken);

    private Task<bool> WriteAsync(Func<SqliteConnection, bool> write, CancellationToken cancellationToken) => UseAsync(
        _mayWrite,
        () =>
        {
            SqliteFile.Execute(_writing, "BEGIN IMMEDIATE");
            try
            {
                var isWritten = write(_writing);
                SqliteFile.Execute(_writing, isWritten ? "COMMIT" : "ROLLBACK");
                return isWritten;
            }
            catch
            {
                if (SQLitePCL.raw.sqlite3_get_autocommit(_writing.Handle) == 0)
                    SqliteFile.Execute(_writing, "ROLLBACK");
                throw;
            }
        },
        cancellationToken);

    private async Task<T> UseAsync<T>(SemaphoreSlim turn, Func<T> use, CancellationToken cancellationToken)
    {
        try
        {
            await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException closed)
        {
            throw new SaleUnavailableException("The index of orders is closed.", closed);
        }
        try
        {
            return await Task.Run(use, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException failure)
        {
            throw new SaleUnavailableException(
                $"The index of orders {_path} could not be used: {StorageFault.Describe(failure)}", failure);
        }
        finally
        {
            turn.Release();
        }
    }
}

using Npgsql;

namespace OrleansSale.Silo.Storage.Postgres;

/// <summary>The mark of a copy (<see cref="CopyMark"/>) in a database.</summary>
public static class DatabaseCopyMark
{
    /// <summary>Refuses a database with an unfinished copy. Its schema must be up to date.</summary>
    /// <exception cref="StartException">The database has one.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task RequireFinishedAsync(
        NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var mark = await FindAsync(connection, cancellationToken).ConfigureAwait(false);
        mark?.RequireFinished($"The database {connection.Database} on {connection.Host}:{connection.Port}");
    }

    /// <summary>The mark in a database.</summary>
    internal static async Task<CopyMark?> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand(CopyMark.Select, connection);
        await using var row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await row.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new CopyMark(row.GetString(0), row.GetBoolean(1))
            : null;
    }
}

using Microsoft.Data.Sqlite;
using Npgsql;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Copying;

/// <summary>The mark that keeps everybody from starting on data that a copy has not finished.</summary>
/// <remarks>
/// The safety argument: the mark is durable before the first row of a copy is written, and it is taken back only after
/// everything was read again and found equal to the source. Who looks for it before it serves the first request can
/// therefore never sell from a part of a ledger.
/// </remarks>
public static class CopyMarker
{
    internal const string Select = "SELECT source, finished_at IS NOT NULL FROM copied_from";

    /// <summary>Refuses a data directory that holds a part of a copy. The directory must be ours.</summary>
    /// <exception cref="StartException">It does.</exception>
    public static void RequireFinished(DataDirectory directory)
    {
        if (Find(directory.LedgerPath) is { IsFinished: false } mark) throw Unfinished($"The data directory {directory.Path}", mark);
    }

    /// <summary>Refuses a database that holds a part of a copy. Its schema must be up to date.</summary>
    /// <exception cref="StartException">It does.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task RequireFinishedAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (await FindAsync(connection, cancellationToken).ConfigureAwait(false) is { IsFinished: false } mark)
            throw Unfinished($"The database {connection.Database} on {connection.Host}:{connection.Port}", mark);
    }

    /// <summary>The mark in a ledger's file, which may be missing or of an older schema.</summary>
    internal static CopyMark? Find(string ledgerPath)
    {
        if (!File.Exists(ledgerPath)) return null;
        using var connection = new SqliteConnection(SqliteFile.ConnectionString(ledgerPath, readOnly: true));
        connection.Open();
        if (!SqliteFile.HasTable(connection, "copied_from")) return null;
        using var select = SqliteFile.Prepare(connection, Select);
        using var row = select.ExecuteReader();
        return row.Read() ? new CopyMark(row.GetString(0), row.GetBoolean(1)) : null;
    }

    /// <summary>The mark in a database.</summary>
    internal static async Task<CopyMark?> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var select = new NpgsqlCommand(Select, connection);
        await using var row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await row.ReadAsync(cancellationToken).ConfigureAwait(false) ? new CopyMark(row.GetString(0), row.GetBoolean(1)) : null;
    }

    /// <summary>Whether a copy goes on where it was interrupted; false: it begins.</summary>
    /// <param name="place">The target's name.</param>
    /// <param name="mark">Its mark.</param>
    /// <param name="content">What it holds, in a few words; null: nothing.</param>
    /// <param name="source">The source's name.</param>
    /// <exception cref="CopyException">The target is not empty, or holds a part of another copy.</exception>
    internal static bool GoesOn(string place, CopyMark? mark, string? content, string source)
    {
        if (mark is { IsFinished: true }) content ??= $"a finished copy of {mark.Source}";
        else if (mark is not null && mark.Source != source)
        {
            throw new CopyException(
                $"The target, {place}, holds an unfinished copy of {mark.Source}: finish that one, or choose another target.");
        }
        else if (mark is not null) return true;

        return content is null ? false : throw new CopyException(
            $"The target, {place}, is not empty (it holds {content}): a copy needs an empty one.");
    }

    private static StartException Unfinished(string place, CopyMark mark) => new(
        $"{place} holds an unfinished copy of {mark.Source}: repeat the copy until it is finished, or start on other data.");
}

/// <summary>The mark of a copy's target.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="IsFinished">Whether the copy was finished.</param>
internal sealed record CopyMark(string Source, bool IsFinished);

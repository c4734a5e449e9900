using Microsoft.Data.Sqlite;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>The mark of a copy (<see cref="CopyMark"/>) in a data directory.</summary>
public static class FileCopyMark
{
    /// <summary>Refuses a data directory with an unfinished copy. This process must own the directory.</summary>
    /// <exception cref="StartException">The directory has one.</exception>
    public static void RequireFinished(DataDirectory directory) =>
        Find(directory.LedgerPath)?.RequireFinished($"The data directory {directory.Path}");

    /// <summary>The mark in a ledger's file, which may be missing or of an older schema.</summary>
    internal static CopyMark? Find(string ledgerPath)
    {
        if (!File.Exists(ledgerPath)) return null;
        using var connection = new SqliteConnection(SqliteFile.ConnectionString(ledgerPath, readOnly: true));
        connection.Open();
        if (!SqliteFile.HasTable(connection, "copied_from")) return null;
        using var select = SqliteFile.Prepare(connection, CopyMark.Select);
        using var row = select.ExecuteReader();
        return row.Read() ? new CopyMark(row.GetString(0), row.GetBoolean(1)) : null;
    }
}

using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using OrleansSale.Silo.Storage;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Embedded;

/// <summary>
/// Checks the data directory at a process' start: both files exist or neither, they have this version's schema and are
/// sound, and a write to each was durable. A fault is reported in one line, before anybody is served.
/// </summary>
public static class DirectoryStart
{
    /// <summary>Makes a folder of the directory for its owner alone, if there is none.</summary>
    /// <exception cref="StartException">It can't be made.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            DataDirectory.Make(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{path} cannot be used as a folder: {e.Message}");
        }
    }

    /// <summary>Brings both files to this version's schema and writes to each.</summary>
    /// <exception cref="StartException">It holds an unfinished copy.</exception>
    /// <exception cref="FileUnusableException">A file can't be used.</exception>
    public static void Prepare(DataDirectory directory)
    {
        var (ledger, grains) = (directory.LedgerPath, directory.GrainsPath);
        // SQLite would remove the log, and with it the last commits.
        foreach (var file in new[] { ledger, grains })
        {
            if (IsEmpty(file) && !IsEmpty(file + "-wal")) throw FileUnusableException.Missing(file, file + "-wal");
        }

        FileUnusableException.Guard(ledger, () =>
        {
            FileCopyMark.RequireFinished(directory);
            // A missing file would be created again, empty. A missing ledger is found through the documents that refer
            // to it.
            if (IsEmpty(grains) && HasCommits(ledger)) throw FileUnusableException.Missing(grains, ledger);
        });
        SqliteFile.Apply(ledger, "Ledger");
        SqliteFile.Apply(grains, "Grains");
        SqliteFile.RequireSound(ledger);
        SqliteFile.RequireSound(grains);
        FileUnusableException.Guard(ledger, () => WriteTo(ledger));
        FileUnusableException.Guard(grains, () => SqliteGrainStorage.WriteTo(grains));
    }

    // This also compiles every statement of the ledger, so its tables have the expected form.
    private static void WriteTo(string ledger)
    {
        using var writing = new LedgerWriteConnection(ledger);
        using var reading = new LedgerReader(ledger);
        writing.Begin();
        writing.Probe(RandomNumberGenerator.GetBytes(CommitWatch.MaxProbeBytes));
        writing.Commit();
    }

    private static bool IsEmpty(string path) =>
        !Path.Exists(path) || (File.Exists(path) && new FileInfo(path).Length == 0);

    private static bool HasCommits(string ledger)
    {
        if (IsEmpty(ledger)) return false;
        using var connection = new SqliteConnection(SqliteFile.ConnectionString(ledger, readOnly: true));
        connection.Open();
        if (!SqliteFile.HasTable(connection, "ledger_commit")) return false;
        using var any = SqliteFile.Prepare(connection, "SELECT EXISTS (SELECT 1 FROM ledger_commit)");
        return any.ExecuteScalar() is 1L;
    }
}

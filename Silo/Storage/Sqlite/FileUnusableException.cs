using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>A file of the data directory cannot be used. The message says in one line why, and what to do.</summary>
public sealed class FileUnusableException : Exception
{
    private FileUnusableException(string path, string what, Exception? inner = null) : base($"{path} {what}", inner)
    {
    }

    /// <summary>Opens a file, and converts failures to this exception.</summary>
    /// <exception cref="FileUnusableException">The file could not be opened.</exception>
    internal static void Guard(string path, Action open)
    {
        try
        {
            open();
        }
        catch (SqliteException failure)
        {
            throw new FileUnusableException(path, Explain(failure), failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new FileUnusableException(path, NotOurs, failure);
        }
        catch (IOException failure)
        {
            throw new FileUnusableException(path, $"cannot be used: {failure.Message}", failure);
        }
        // Damage may also show as values of other types than were written.
        catch (Exception failure) when (failure is InvalidOperationException or InvalidCastException or FormatException)
        {
            throw Damaged(path, failure);
        }
    }

    internal static FileUnusableException Damaged(string path, Exception? inner = null) =>
        new(path, "is damaged: restore the whole directory from a backup.", inner);

    internal static FileUnusableException Foreign(string path) =>
        new(path, "is a database of something else: move it away, or set Sale:DataDirectory to another directory.");

    internal static FileUnusableException Newer(string path, string script) => new(
        path, $"is of a newer version of this program (it has the schema {script}): start that version.");

    internal static FileUnusableException Missing(string path, string other) => new(
        path, $"is missing or empty, though {other} is there: restore the whole directory from a backup.");

    private const string NotOurs =
        "cannot be opened for writing: check its owner and permissions, and those of its directory.";

    private static string Explain(SqliteException failure) => failure.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "is locked by another program: end that one.",
        raw.SQLITE_FULL => "cannot be written, because the disk is full: make room on it.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN => NotOurs,
        raw.SQLITE_NOTADB => "is damaged or no database: restore the whole directory from a backup.",
        raw.SQLITE_CORRUPT or raw.SQLITE_ERROR => "is damaged: restore the whole directory from a backup.",
        raw.SQLITE_IOERR =>
            $"cannot be read or written (SQLite error {failure.SqliteExtendedErrorCode}): look whether its disk is "
                + "full or broken.",
        _ => $"cannot be used: {failure.Message}",
    };
}

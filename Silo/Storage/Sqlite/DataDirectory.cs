using Microsoft.Data.Sqlite;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>The directory that holds the files of an embedded engine, owned by one process at a time.</summary>
/// <remarks>
/// Ownership is an exclusive lock on an open file. The operating system drops it when the owner ends, however it ends,
/// so a killed owner leaves nothing behind that would have to be cleaned up; the lock file itself stays and means
/// nothing. On Unix the lock is advisory (flock): it keeps other engines out, not other programs.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream owned) => (Path, _lock) = (path, owned);

    /// <summary>The directory, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>The file of the ledger.</summary>
    public string LedgerPath => PathOf("ledger.db");

    /// <summary>The file of the grains' state.</summary>
    public string GrainsPath => PathOf("grains.db");

    /// <summary>
    /// Creates the directory if it is missing (readable by its owner alone: it holds personal data and keys) and takes
    /// possession of it.
    /// </summary>
    /// <exception cref="DataDirectoryInUseException">Another engine owns it, in this or another process.</exception>
    /// <exception cref="IOException">It can't be created or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not create or write it.</exception>
    public static DataDirectory Open(string path)
    {
        path = Make(path);
        try
        {
            var owned = new FileStream(
                System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(path, owned);
        }
        catch (IOException refused) when (IsHeldByAnother(refused))
        {
            throw new DataDirectoryInUseException(path, refused);
        }
    }

    /// <summary>
    /// Creates a directory if it is missing, readable by its owner alone, without taking possession of it; its absolute path.
    /// </summary>
    /// <exception cref="IOException">It can't be created.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not create it.</exception>
    public static string Make(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>The path of a file of the directory.</summary>
    public string PathOf(string fileName) => System.IO.Path.Combine(Path, fileName);

    /// <summary>
    /// Closes the pooled connections to the grains' file, so that it is left whole, and lets the directory go.
    /// </summary>
    public void Dispose()
    {
        using (var pooled = new SqliteConnection(SqliteFile.PooledConnectionString(GrainsPath)))
            SqliteConnection.ClearPool(pooled);
        _lock.Dispose();
    }

    // The codes of a lock held by another: EAGAIN on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeldByAnother(IOException refused) =>
        refused.HResult is 11 or 35 or unchecked((int)0x80070020);
}

/// <summary>The data directory belongs to another running engine.</summary>
public sealed class DataDirectoryInUseException(string path, Exception? inner = null) : IOException(
    $"The data directory {path} is in use by another process. Stop that one, "
    + "or set Sale:DataDirectory to another directory.", inner)
{
    /// <summary>The directory, as an absolute path.</summary>
    public string Path { get; } = path;
}

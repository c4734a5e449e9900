using Microsoft.Data.Sqlite;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>The directory that holds the files of an embedded engine, owned by one process at a time.</summary>
/// <remarks>
/// Ownership is an exclusive lock on an open file. The operating system releases it when the owner ends, however it
/// ends. So a killed owner leaves nothing to clean up. The lock file itself stays and means nothing. On Unix the lock
/// is advisory (flock): it keeps other engines out, not other programs.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";

    // Its files: the lock, databases and the files that SQLite keeps beside them, the secrets of Development, and the
    // keys of sessions.
    private static readonly string[] Patterns = [LockName, "*.db", "*.db-*", "*.json", "session-keys/*.xml"];

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream owned) => (Path, _lock) = (path, owned);

    /// <summary>The directory, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>The file of the ledger.</summary>
    public string LedgerPath => PathOf("ledger.db");

    /// <summary>The file of the grains' state.</summary>
    public string GrainsPath => PathOf("grains.db");

    /// <summary>The file of the index of orders, which follows from the ledger.</summary>
    public string IndexPath => PathOf("index.db");

    /// <summary>
    /// Creates the directory if it is missing, and takes possession of it. A new directory is readable by its owner
    /// alone, because it holds personal data and keys.
    /// </summary>
    /// <exception cref="DataDirectoryInUseException">Another engine owns it, in this or another process.</exception>
    /// <exception cref="IOException">It can't be created or written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not create or write it.</exception>
    public static DataDirectory Open(string path)
    {
        path = Make(path);
        try
        {
            var owned = new FileStream(System.IO.Path.Combine(path, LockName), Own(FileMode.OpenOrCreate));
            KeepFromOthers(path);
            return new DataDirectory(path, owned);
        }
        catch (IOException refused) when (IsHeldByAnother(refused))
        {
            throw new DataDirectoryInUseException(path, refused);
        }
    }

    /// <summary>
    /// Creates a directory if it is missing, readable by its owner alone, without taking possession of it. Returns its
    /// absolute path.
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
    /// Makes an empty file for its owner alone, if there is none. Files that SQLite makes may be readable by everybody.
    /// The log and its index get the same permissions.
    /// </summary>
    public static void Claim(string path)
    {
        if (!File.Exists(path)) new FileStream(path, Own(FileMode.OpenOrCreate)).Dispose();
    }

    /// <summary>
    /// Closes the pooled connections to the grains' file, so that the file is complete, and releases the directory.
    /// </summary>
    public void Dispose()
    {
        using (var pooled = new SqliteConnection(SqliteFile.PooledConnectionString(GrainsPath)))
            SqliteConnection.ClearPool(pooled);
        _lock.Dispose();
    }

    private static FileStreamOptions Own(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    // Restricts existing files too, even if others may read the directory. A file of another owner stays unchanged.
    private static void KeepFromOthers(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var pattern in Patterns)
        {
            var folder = System.IO.Path.GetDirectoryName(System.IO.Path.Combine(path, pattern))!;
            if (!Directory.Exists(folder)) continue;
            foreach (var file in Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(pattern)))
            {
                try
                {
                    var mode = File.GetUnixFileMode(file);
                    const UnixFileMode owners =
                        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
                    if ((mode & ~owners) != 0) File.SetUnixFileMode(file, mode & owners);
                }
                catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
                {
                    // Code that opens the file reports it if it is unusable.
                }
            }
        }
    }

    // The codes of a lock held by another: EAGAIN on Linux and on macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeldByAnother(IOException refused) =>
        refused.HResult is 11 or 35 or unchecked((int)0x80070020);
}

/// <summary>The data directory belongs to another running engine.</summary>
public sealed class DataDirectoryInUseException(string path, Exception? inner = null) : IOException(
    $"The data directory {path} is in use by another process. Stop that one, "
    + "or set Sale:DataDirectory to another directory.", inner);

using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Watches the grains' file while Orleans' storage opens and closes connections to it. It keeps one connection open, so
/// that SQLite does not remove the log beside the file.
/// </summary>
internal sealed class GrainFile : IDisposable
{
    private const int LockWaitSeconds = 1;

    private readonly FileGuard _guard;
    private readonly SqliteConnection _kept;
    private readonly Lock _starting = new();
    private Task<string?> _looking = Task.FromResult<string?>(null);

    /// <summary>Opens the file, whose schema is up to date.</summary>
    public GrainFile(string path, ILogger<GrainFile> log)
    {
        _guard = new FileGuard(path, log);
        _kept = new SqliteConnection(SqliteFile.ConnectionString(path));
        try
        {
            _kept.Open();
            _kept.DefaultTimeout = LockWaitSeconds;
            // SQLite makes the log and its index at the first read.
            SqliteFile.HasTable(_kept, "GrainState");
            _guard.TakeIn();
        }
        catch
        {
            _kept.Dispose();
            throw;
        }
    }

    /// <summary>Requires that the file at the path is the open one.</summary>
    /// <exception cref="FileLostException">It is not.</exception>
    public void Require() => _guard.Require();

    /// <summary>
    /// Why nothing can be stored in the file, in words that may be public; null: it can be used. Nothing is written.
    /// Simultaneous callers share one check, because it blocks a thread while another program has the lock, and anybody
    /// may request readiness.
    /// </summary>
    public Task<string?> FindFaultAsync()
    {
        lock (_starting) return _looking.IsCompleted ? _looking = Task.Run(Look) : _looking;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _guard.LetGo();
        _kept.Dispose();
    }

    private string? Look()
    {
        try
        {
            SqliteFile.Execute(_kept, "BEGIN IMMEDIATE");
            SqliteFile.Execute(_kept, "ROLLBACK");
            _guard.Require();
            return null;
        }
        catch (Exception failure) when (failure is SqliteException or FileLostException)
        {
            return StorageFault.Describe(failure);
        }
    }
}

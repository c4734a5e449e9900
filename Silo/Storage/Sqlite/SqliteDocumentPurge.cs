using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>Rewrites the grains' file without what was removed from it, and cuts its log.</summary>
/// <remarks>
/// Removed content is overwritten with zeros at once (<see cref="GrainFileSource"/>). Two places may still have it: a
/// page whose rows moved to another one, which only VACUUM finds, and the log. While VACUUM runs, documents are read
/// but not written: writers wait for <see cref="SqliteFile.LockWaitSeconds"/>. So a file that takes longer is not
/// rewritten, and its log is cut alone.
/// </remarks>
internal sealed partial class SqliteDocumentPurge(string path, GrainFile file, ILogger<SqliteDocumentPurge> log)
    : IDocumentPurge
{
    /// <summary>The longest file that is rewritten: 128 MiB, a second or two.</summary>
    public const long MaxRewrittenBytes = 128 << 20;

    /// <summary>How often it is tried while others keep it from the file.</summary>
    public const int MaxAttempts = 3;

    private const int LockWaitSeconds = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _starting = new();
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <inheritdoc/>
    public Task PurgeAsync()
    {
        // One that has begun may have passed over what was removed since: all who ask meanwhile share the next one.
        lock (_starting) return _next ??= StartAfterAsync(_running);
    }

    private async Task StartAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_starting) (_running, _next) = (_next!, null);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Purge();
                return;
            }
            catch (Exception failure) when (failure is SqliteException or FileLostException)
            {
                var why = StorageFault.Describe(failure);
                if (attempt < MaxAttempts && failure is SqliteException)
                {
                    await Task.Delay(Pause).ConfigureAwait(false);
                    continue;
                }
                Log.Failed(log, path, why);
                throw new SaleUnavailableException(
                    $"What was removed from the documents may still be in their file: {why}", failure);
            }
        }
    }

    private void Purge()
    {
        file.Require();
        using var connection = new SqliteConnection(SqliteFile.ConnectionString(path));
        connection.Open();
        connection.DefaultTimeout = LockWaitSeconds;
        SqliteFile.Execute(connection, "PRAGMA secure_delete = ON");
        if (new FileInfo(path).Length <= MaxRewrittenBytes) SqliteFile.Execute(connection, "VACUUM");
        else Log.TooLong(log, path);
        SqliteFile.CutLog(connection);
        file.Require();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "What was removed from the documents may still be in {Path}, and is removed later: {Why}")]
        public static partial void Failed(ILogger log, string path, string why);

        [LoggerMessage(2, LogLevel.Information,
            "{Path} is too long to be rewritten while it is in use; removed content is overwritten in place")]
        public static partial void TooLong(ILogger log, string path);
    }
}

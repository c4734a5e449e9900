using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>Rewrites the grains' file without the data that was removed from it, and cuts its log.</summary>
/// <remarks>
/// Removed content is overwritten with zeros at once (<see cref="GrainFileSource"/>). Two places may still have it: the
/// log, and a page whose rows moved to another page. Only VACUUM cleans such a page. While VACUUM runs, documents can
/// be read but not written: writers wait, at most for <see cref="SqliteFile.LockWaitSeconds"/>. So a file whose VACUUM
/// would take longer is not rewritten; only its log is cut.
/// </remarks>
internal sealed partial class SqliteDocumentPurge(string path, GrainFile file, ILogger<SqliteDocumentPurge> log)
    : IDocumentPurge
{
    /// <summary>The longest file that is rewritten: 128 MiB, a second or two.</summary>
    public const long MaxRewrittenBytes = 128 << 20;

    /// <summary>Most attempts while others use the file.</summary>
    public const int MaxAttempts = 3;

    private const int LockWaitSeconds = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _starting = new();
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <inheritdoc/>
    public Task PurgeAsync()
    {
        // A purge that has begun may miss data that was removed since. So all who ask meanwhile share the next purge.
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

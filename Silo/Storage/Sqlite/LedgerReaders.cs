using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using OrleansSale.Grains.Ledger;
using SQLitePCL;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// The reading connections, kept open for reuse. SQLite's calls block, so they run on the thread pool, never on a
/// grain's turn.
/// </summary>
internal sealed class LedgerReaders(string path, FileGuard guard) : IAsyncDisposable
{
    /// <summary>Most connections, and so most reads at the same time. Further reads wait asynchronously.</summary>
    public const int Capacity = 4;

    private readonly SemaphoreSlim _places = new(Capacity, Capacity);
    private readonly ConcurrentBag<LedgerReader> _idle = [];
    private volatile bool _closed;

    /// <summary>Runs a read on a connection of its own.</summary>
    /// <exception cref="LedgerUnavailableException">The file could not be read.</exception>
    /// <exception cref="LedgerFormatException">The file is damaged.</exception>
    public async Task<T> ReadAsync<T>(Func<LedgerReader, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_closed) throw new LedgerUnavailableException("The ledger is closed.");
            return await Task.Run(() => Read(read), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Waits for the reads under way and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        for (var place = 0; place < Capacity; place++) await _places.WaitAsync().ConfigureAwait(false);
        while (_idle.TryTake(out var reader)) reader.Dispose();
        // Readers that come later find the ledger closed.
        _places.Release(Capacity);
    }

    private T Read<T>(Func<LedgerReader, T> read)
    {
        LedgerReader? reader = null;
        try
        {
            if (!_idle.TryTake(out reader)) reader = new LedgerReader(path);
            var result = read(reader);
            RequireFile();
            _idle.Add(reader);
            return result;
        }
        catch (Exception failure)
        {
            // The connection is not reused, because its state is unknown.
            reader?.Dispose();
            RequireFile();
            if (failure is LedgerFormatException or LedgerUnavailableException) throw;
            if (IsDamage(failure))
                throw new LedgerFormatException($"the ledger's file is damaged: {failure.Message}", failure);
            throw new LedgerUnavailableException($"The ledger could not be read: {failure.Message}", failure);
        }
    }

    // The result counts only if it came from the right file.
    private void RequireFile()
    {
        try
        {
            guard.Require();
        }
        catch (FileLostException lost)
        {
            throw new LedgerUnavailableException($"The ledger could not be read: {lost.Message}", lost);
        }
    }

    // SQLite does not report every damage itself: values of wrong types or too large numbers are damage too.
    private static bool IsDamage(Exception failure) => failure
        is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB }
        or InvalidCastException or OverflowException or FormatException or ArgumentException
        or IndexOutOfRangeException;
}

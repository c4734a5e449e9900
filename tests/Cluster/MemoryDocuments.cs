using System.Text.Json;
using Orleans.Storage;

namespace OrleansSale.Tests.Cluster;

/// <summary>
/// Grain storage in memory that fails on demand. Like the one on SQLite it keeps JSON and refuses a writer that read an
/// older version.
/// </summary>
public sealed class MemoryDocuments : IGrainStorage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string State, GrainId Grain), Document> _documents = [];
    private int _refused;
    private int _lost;

    private sealed record Document(int Version, string Text);

    /// <summary>Lets the next writes fail before anything is stored.</summary>
    public void RefuseWrites(int count = 1) => Volatile.Write(ref _refused, count);

    /// <summary>Lets the next writes be stored and their answers be lost.</summary>
    public void LoseAnswers(int count = 1) => Volatile.Write(ref _lost, count);

    /// <summary>Forgets everything, as a storage that was lost.</summary>
    public void Clear()
    {
        lock (_lock) _documents.Clear();
    }

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Document? document;
        lock (_lock) document = _documents.GetValueOrDefault((stateName, grainId));
        grainState.RecordExists = document is not null;
        grainState.ETag = document?.Version.ToString(provider: null);
        grainState.State = document is null ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(document.Text)!;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        if (Takes(ref _refused)) throw new IOException("A test refused this write; nothing was stored.");
        lock (_lock)
        {
            var stored = _documents.GetValueOrDefault((stateName, grainId));
            if (stored?.Version.ToString(provider: null) != grainState.ETag)
                throw new InconsistentStateException("stale", stored?.Version.ToString(provider: null), grainState.ETag);
            var document = new Document((stored?.Version ?? 0) + 1, JsonSerializer.Serialize(grainState.State));
            _documents[(stateName, grainId)] = document;
            if (Takes(ref _lost)) throw new IOException("A test lost the answer to this write.");
            grainState.ETag = document.Version.ToString(provider: null);
            grainState.RecordExists = true;
        }
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock) _documents.Remove((stateName, grainId));
        (grainState.ETag, grainState.RecordExists) = (null, false);
        return Task.CompletedTask;
    }

    private static bool Takes(ref int left)
    {
        if (Interlocked.Decrement(ref left) >= 0) return true;
        Interlocked.Increment(ref left);
        return false;
    }
}

using System.Text.Json;
using Orleans.Storage;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// Grain storage in memory that fails on demand. Like the one on SQLite it keeps JSON and refuses a writer that read an
/// older version. What was cleared is gone at once, so a purge only counts.
/// </summary>
public sealed class MemoryDocuments : IGrainStorage, IDocumentPurge
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string State, string Key), Document> _documents = [];
    private int _refused;
    private int _lost;
    private int _purges;

    private sealed record Document(int Version, string Text, bool IsDamaged = false);

    /// <summary>Lets the next writes fail before anything is stored.</summary>
    public void RefuseWrites(int count = 1) => Volatile.Write(ref _refused, count);

    /// <summary>Lets the next writes be stored and their answers be lost.</summary>
    public void LoseAnswers(int count = 1) => Volatile.Write(ref _lost, count);

    /// <summary>
    /// Is called before and after every change, and may throw: nothing is stored, or its answer is lost.
    /// </summary>
    public ChangeHook? OnChange { get; set; }

    /// <summary>How often what is cleared was purged.</summary>
    public int Purges => Volatile.Read(ref _purges);

    /// <summary>The document that is stored; null: there is none.</summary>
    public T? Find<T>(string stateName, string key)
        where T : class
    {
        lock (_lock) return _documents.TryGetValue((stateName, key), out var found)
            ? JsonSerializer.Deserialize<T>(found.Text) : null;
    }

    /// <summary>Stores a document, as a restored backup does; null: removes it.</summary>
    public void Put<T>(string stateName, string key, T? document)
        where T : class
    {
        lock (_lock)
        {
            if (document is null) _documents.Remove((stateName, key));
            else _documents[(stateName, key)] = new Document(1, JsonSerializer.Serialize(document));
        }
    }

    /// <summary>Makes a stored document unreadable to its actor, as a broken disk does.</summary>
    public void Damage(string stateName, string key)
    {
        lock (_lock) _documents[(stateName, key)] = _documents[(stateName, key)] with { IsDamaged = true };
    }

    /// <summary>Forgets everything, as a storage that was lost.</summary>
    public void Clear()
    {
        lock (_lock) _documents.Clear();
    }

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Document? document;
        lock (_lock) document = _documents.GetValueOrDefault((stateName, grainId.Key.ToString()!));
        grainState.RecordExists = document is not null;
        grainState.ETag = document?.Version.ToString(provider: null);
        grainState.State = document is null or { IsDamaged: true }
            ? Activator.CreateInstance<T>() : JsonSerializer.Deserialize<T>(document.Text)!;
        if (document is { IsDamaged: true } && grainState.State is IDocument marked) marked.IsDamaged = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        if (Takes(ref _refused)) throw new IOException("A test refused this write; nothing was stored.");
        OnChange?.Invoke($"write {stateName}", isStored: false);
        lock (_lock)
        {
            var stored = _documents.GetValueOrDefault((stateName, grainId.Key.ToString()!));
            if (stored?.Version.ToString(provider: null) != grainState.ETag)
                throw new InconsistentStateException(
                    "stale", stored?.Version.ToString(provider: null), grainState.ETag);
            var document = new Document((stored?.Version ?? 0) + 1, JsonSerializer.Serialize(grainState.State));
            _documents[(stateName, grainId.Key.ToString()!)] = document;
            if (Takes(ref _lost)) throw new IOException("A test lost the answer to this write.");
            grainState.ETag = document.Version.ToString(provider: null);
            grainState.RecordExists = true;
        }
        OnChange?.Invoke($"write {stateName}", isStored: true);
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        OnChange?.Invoke($"clear {stateName}", isStored: false);
        lock (_lock) _documents.Remove((stateName, grainId.Key.ToString()!));
        OnChange?.Invoke($"clear {stateName}", isStored: true);
        (grainState.ETag, grainState.RecordExists) = (null, false);
    }

    /// <inheritdoc/>
    public async Task PurgeAsync()
    {
        await Task.Yield();
        OnChange?.Invoke("purge", isStored: false);
        Interlocked.Increment(ref _purges);
        OnChange?.Invoke("purge", isStored: true);
    }

    private static bool Takes(ref int left)
    {
        if (Interlocked.Decrement(ref left) >= 0) return true;
        Interlocked.Increment(ref left);
        return false;
    }
}

using Orleans.Storage;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// Orleans' storage, whose answers count only if the file at the path is still the open one: see
/// <see cref="FileGuard"/>.
/// </summary>
internal sealed class GuardedGrainStorage(IGrainStorage storage, GrainFile file)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await storage.ReadStateAsync(stateName, grainId, grainState);
        file.Require();
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await storage.WriteStateAsync(stateName, grainId, grainState);
        file.Require();
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await storage.ClearStateAsync(stateName, grainId, grainState);
        file.Require();
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        (storage as ILifecycleParticipant<ISiloLifecycle>)?.Participate(lifecycle);
}

using OrleansSale.Tests.Load.Compare.Stores;

namespace OrleansSale.Tests.Load.Compare.Stages;

/// <summary>A web server that stores nothing.</summary>
internal sealed class NoOpStage(ContenderProcess host) : IStage
{
    public Uri Address => host.Address;

    public int HostProcess => host.Id;

    public int? StoreProcess => null;

    public string Output => host.Output;

    public Task OpenAsync(string batch, int stock, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<StoredSale?> ReadAsync(string batch, CancellationToken cancellationToken) => Task.FromResult<StoredSale?>(null);

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

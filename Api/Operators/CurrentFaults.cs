using OrleansSale.Api.Actors;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators;

/// <summary>Collects the faults of all sources.</summary>
public sealed class CurrentFaults(IEnumerable<IFaultSource> sources, ActorRetry retry)
{
    /// <summary>The current faults, the oldest first.</summary>
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        var faults = await retry.AskAsync(() => Task.WhenAll(sources.Select(source => source.ListAsync())));
        return [.. faults.SelectMany(ofSource => ofSource).OrderBy(fault => fault.Since)];
    }
}

using OrleansSale.Api.Actors;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators;

/// <summary>Asks all sources of faults.</summary>
public sealed class CurrentFaults(IEnumerable<IFaultSource> sources, ActorRetry retry)
{
    /// <summary>The faults of this instant, the oldest first.</summary>
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        var faults = await retry.AskAsync(() => Task.WhenAll(sources.Select(source => source.ListAsync())));
        return [.. faults.SelectMany(ofSource => ofSource).OrderBy(fault => fault.Since)];
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Api.Operators.Messages;

/// <summary>The channels that do not take messages to buyers. What does not answer is left out.</summary>
public sealed class MessageFaults(IGrainFactory grains) : IFaultSource
{
    /// <summary>Batches that are asked at a time.</summary>
    public const int MaxAsked = 32;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        var faults = new List<Fault>();
        var troubled = await grains.GetGrain<IMessageIndexGrain>(IMessageIndexGrain.Key).ListTroubledAsync();
        foreach (var group in troubled.Chunk(MaxAsked))
            foreach (var ofBatch in await Task.WhenAll(group.Select(AskAsync))) faults.AddRange(ofBatch);
        return faults;
    }

    private async Task<Fault[]> AskAsync(string batch)
    {
        try
        {
            return await grains.GetGrain<IMessagesGrain>(batch).ListFaultsAsync();
        }
        catch (Exception e) when (e is StorageDamagedException || LostInfrastructure.Is(e))
        {
            return [];
        }
    }
}

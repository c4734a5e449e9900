using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Api.Operators.Announcements;

/// <summary>The channels that do not take posts. What does not answer is left out.</summary>
public sealed class PostFaults(IGrainFactory grains) : IFaultSource
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<Fault>> ListAsync()
    {
        var faults = new List<Fault>();
        var troubled = await grains.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key).ListTroubledAsync();
        foreach (var group in troubled.Chunk(AnnouncementCommands.MaxAsked))
            foreach (var ofTopic in await Task.WhenAll(group.Select(AskAsync))) faults.AddRange(ofTopic);
        return faults;
    }

    private async Task<Fault[]> AskAsync(string topic)
    {
        try
        {
            return await grains.GetGrain<IAnnouncementsGrain>(topic).ListFaultsAsync();
        }
        catch (Exception e) when (e is StorageDamagedException || LostInfrastructure.Is(e))
        {
            return [];
        }
    }
}

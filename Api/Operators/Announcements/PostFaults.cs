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
            foreach (var ofSubject in await Task.WhenAll(group.Select(AskAsync))) faults.AddRange(ofSubject);
        return faults;
    }

    private async Task<Fault[]> AskAsync(string subject)
    {
        try
        {
            return await grains.GetGrain<IAnnouncementsGrain>(subject).ListFaultsAsync();
        }
        catch (Exception e) when (e is StorageDamagedException || LostInfrastructure.Is(e))
        {
            return [];
        }
    }
}

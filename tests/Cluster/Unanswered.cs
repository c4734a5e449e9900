using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Cluster;

/// <summary>What is not answered.</summary>
internal static class Unanswered
{
    /// <summary>Demands that something is not answered, in a way that a front takes for lost infrastructure.</summary>
    public static async Task ShouldBeAsync(Func<Task> ask)
    {
        var failure = await Should.ThrowAsync<Exception>(ask);
        LostInfrastructure.Is(failure).ShouldBeTrue(failure.ToString());
    }
}

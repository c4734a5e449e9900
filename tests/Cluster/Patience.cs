using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Cluster;

/// <summary>Asks as a front does: whatever means lost infrastructure is asked again, within a bound.</summary>
internal static class Patience
{
    private const int MaxAttempts = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The first answer that is one.</summary>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (LostInfrastructure.Is(e) && attempt < MaxAttempts)
            {
                await Task.Delay(Pause); // bounded poll
            }
        }
    }

    /// <summary>Demands that something is not answered, in a way that a front takes for lost infrastructure.</summary>
    public static async Task IsNotAnsweredAsync(Func<Task> ask)
    {
        var failure = await Should.ThrowAsync<Exception>(ask);
        LostInfrastructure.Is(failure).ShouldBeTrue(failure.ToString());
    }
}

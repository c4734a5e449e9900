using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Harness;

/// <summary>Asks as a front does: whatever means lost infrastructure is asked again, within a bound.</summary>
public static class FrontRetry
{
    private const int MaxAttempts = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The first answer that is one; fails with the last failure after about 10 s.</summary>
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
}

using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Harness;

/// <summary>Polls a condition within a bound.</summary>
public static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Lets every confirmation of a head grow too old to count. In real time: they count by the machine's own clock,
    /// which no test can move.
    /// </summary>
    public static Task ConfirmationsAreOldAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        var span = Journal<int>.ConfirmedFor + TimeSpan.FromMilliseconds(100);
        return HoldsAsync(() => TimeProvider.System.GetElapsedTime(started) > span, "a second is over");
    }

    /// <summary>Waits until the condition holds; fails after 30 s of real time.</summary>
    public static Task HoldsAsync(Func<bool> condition, string what) =>
        HoldsAsync(() => Task.FromResult(condition()), what);

    /// <summary>Waits until the condition holds; fails after 30 s of real time.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Bound) throw new TimeoutException($"Not in time: {what}");
            await Task.Delay(2); // bounded poll
        }
    }
}

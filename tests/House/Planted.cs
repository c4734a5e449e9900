using Microsoft.Extensions.Logging;

namespace OrleansSale.Tests.House;

// Small offenders (and one that is not) on which the tests of purity are tested.
#pragma warning disable CA1823, CA5394, CA1848, CA2254, IDE0051

internal static class ImpureWaits
{
    public static Task Wait() => Task.CompletedTask;
}

internal static class ImpureHides
{
    public static Func<int, int> Hidden() => n =>
    {
        Func<int> deeper = () => Task.FromResult(n).Result;
        return deeper();
    };
}

internal static class ImpureReadsTheClock
{
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}

internal static class ImpureDraws
{
    public static int Number() => Random.Shared.Next();
}

internal static class ImpureIdentifies
{
    public static string Id() => Guid.NewGuid().ToString();
}

internal sealed class ImpureLogs(ILogger<ImpureLogs> logger)
{
    public void Log() => logger.LogInformation("here");
}

internal sealed class ImpureAsks(IGrainFactory grains)
{
    public string Name => grains.ToString()!;
}

internal static class PureArithmetic
{
    public static DateTimeOffset Later(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds() + 1);
}

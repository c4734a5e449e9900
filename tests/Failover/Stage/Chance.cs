using System.Globalization;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>Numbers that a run can be given by its environment.</summary>
internal static class Chance
{
    /// <summary>The seed of a scenario: <c>FAILOVER_SEED</c>, or a random one. It is printed.</summary>
    public static int Seed(ITestOutputHelper output)
    {
        var seed = FromEnvironment("FAILOVER_SEED") ?? Random.Shared.Next(1, 1_000_000);
        output.WriteLine($"FAILOVER_SEED={seed}");
        return seed;
    }

    /// <summary>The number of that name; null: the environment has none.</summary>
    public static int? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
}

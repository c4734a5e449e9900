using System.Globalization;

namespace OrleansSale.Tests.Shopping;

/// <summary>Numbers that a run can be given by its environment.</summary>
public static class Chance
{
    /// <summary>The number of that name; null: the environment has none.</summary>
    public static int? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : null;

    /// <summary>The seed of that name, or a random one.</summary>
    public static int Seed(string name) => FromEnvironment(name) ?? Random.Shared.Next(1, 1_000_000);
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace OrleansSale.Silo;

/// <summary>Values with the lowest precedence of all sources of configuration.</summary>
public static class ConfigurationDefaults
{
    /// <summary>Adds them. Values that are added later have lower precedence.</summary>
    public static void AddDefaults(
        this IConfigurationBuilder configuration, IEnumerable<KeyValuePair<string, string?>> values) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values });
}

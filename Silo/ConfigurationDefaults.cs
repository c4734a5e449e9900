using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace OrleansSale.Silo;

/// <summary>Values that every other source of configuration outranks.</summary>
public static class ConfigurationDefaults
{
    /// <summary>Adds them; among themselves, those added later rank lower.</summary>
    public static void AddDefaults(
        this IConfigurationBuilder configuration, IEnumerable<KeyValuePair<string, string?>> values) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values });
}

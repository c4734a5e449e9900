using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Settings;

/// <summary>
/// Refuses unknown settings and invalid values before anything is touched. Otherwise both would be ignored, or be found
/// too late.
/// </summary>
public static class SettingsCheck
{
    private const string LogLevelSection = "LogLevel";

    /// <summary>Checks all settings from all sources.</summary>
    /// <exception cref="StartException">Something is wrong; the message names each key.</exception>
    public static void Require(IConfiguration configuration)
    {
        var faults = configuration.GetChildren().SelectMany(FaultsOf).ToList();
        if (faults.Count > 0) throw new StartException(string.Join(' ', faults));
    }

    private static IEnumerable<string> FaultsOf(IConfigurationSection top)
    {
        if (KnownSettings.Sections.ContainsKey(top.Key)) return FaultsBelow(top);
        if (top.Key.Equals("Logging", StringComparison.OrdinalIgnoreCase))
            return top.AsEnumerable().Select(FaultOfLogLevel).OfType<string>();
        if (top.GetChildren().Any())
            return NearKey.SectionOf(top.Key) is { } section
                ? [$"There is no section {top.Key}. Did you mean {section}?"]
                : [];
        // Such as Sale_LaneCapacity in the environment, or Sale__LaneCapacity in a file.
        return KnownSettings.All.FirstOrDefault(setting => NearKey.IsSpelled(top.Key, setting.Key)) is { } known
            ? [Missing(top.Key, known.Key)] : [];
    }

    private static IEnumerable<string> FaultsBelow(IConfigurationSection section)
    {
        var path = section.Path;
        if (KnownSettings.IsForeign(path)) return [];
        if (KnownSettings.Find(path) is { } setting)
        {
            return section.GetChildren().Any() ? [$"{setting.Key} takes a value, not a section."]
                // A null in a file would be bound to a number as 0.
                : FaultOf(setting, section.Value ?? "") is { } fault ? [fault] : [];
        }
        if (!KnownSettings.IsSection(path)) return [Missing(path, NearKey.Of(path))];
        return string.IsNullOrEmpty(section.Value) ? section.GetChildren().SelectMany(FaultsBelow)
            : [$"{path} is a section and takes no value: its settings are "
                + $"{string.Join(", ", KnownSettings.KeysBelow(path))}."];
    }

    private static string Missing(string key, string? near) =>
        near is not null ? $"There is no setting {key}. Did you mean {near}?"
        : $"There is no setting {key}. {key[..key.LastIndexOf(':')]} has "
            + $"{string.Join(", ", KnownSettings.KeysBelow(key[..key.LastIndexOf(':')]))}.";

    // Texts may be secrets, and addresses may contain them. So messages quote only numbers and names.
    private static string? FaultOf(Setting setting, string value)
    {
        var type = Nullable.GetUnderlyingType(setting.Type) ?? setting.Type;
        if (type == typeof(string) || (value.Length == 0 && (type != setting.Type || type == typeof(Uri)))) return null;
        if (type == typeof(Uri)) return WebAddress.IsOne(value) ? null : $"{setting.Key} {WebAddress.Demand}.";
        var (fits, demand) = type switch
        {
            _ when type == typeof(bool) => (bool.TryParse(value, out _), "true or false"),
            _ when type == typeof(int) => (IsWithin(setting, value), RangeOf(setting)),
            { IsEnum: true } => (IsName(type, value), string.Join(" or ", Enum.GetNames(type))),
            _ => throw new NotSupportedException($"{setting.Key}: settings of {type} are not looked at yet."),
        };
        return fits ? null : $"{setting.Key} is {(value.Length == 0 ? "empty" : value)}: it must be {demand}.";
    }

    private static bool IsWithin(Setting setting, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && (setting.Range is not { } range || range.IsValid(number));

    private static string RangeOf(Setting setting) => setting.Range is not { } range ? "a whole number"
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {range.Minimum:N0} to {range.Maximum:N0}");

    // Logging:LogLevel:Default, Logging:Console:LogLevel:Orleans, …
    private static string? FaultOfLogLevel(KeyValuePair<string, string?> setting)
    {
        var isLevel = setting.Key.Split(':') is [_, LogLevelSection, _, ..] or [_, _, LogLevelSection, _, ..];
        return isLevel && setting.Value is { Length: > 0 } level && !IsName(typeof(LogLevel), level)
            ? $"{setting.Key} is {level}: it must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}."
            : null;
    }

    // The numbers of enumerations are not accepted.
    private static bool IsName(Type type, string value) =>
        Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase);
}

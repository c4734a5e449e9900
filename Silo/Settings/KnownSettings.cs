using System.ComponentModel.DataAnnotations;
using System.Reflection;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Settings;

/// <summary>A setting that exists.</summary>
/// <param name="Key">Its whole key, as it is usually written.</param>
/// <param name="Type">Of its value; <see cref="Nullable{T}"/> if it may be empty.</param>
/// <param name="Range">What a number may be.</param>
public sealed record Setting(string Key, Type Type, RangeAttribute? Range);

/// <summary>
/// The settings that exist in all processes of the engine, because these share their files. They are the properties of
/// these options. Some settings are bound to the options; others are read key by key before there are any services.
/// </summary>
public static class KnownSettings
{
    /// <summary>Our top-level sections, and the options that list the settings of each.</summary>
    public static readonly IReadOnlyDictionary<string, Type[]> Sections =
        new Dictionary<string, Type[]>(StringComparer.OrdinalIgnoreCase)
        {
            ["Sale"] = [typeof(SaleOptions), typeof(ConnectionOptions)],
            ["Orders"] = [typeof(OrderOptions)],
            ["Auth"] = [typeof(AuthOptions)],
            [PaymentOptions.Section] = [typeof(PaymentOptions)],
            ["Orleans"] = [typeof(ClusterOptions)],
            ["ConnectionStrings"] = [typeof(DatabaseOptions)],
        };

    // Keys below our sections that others read: Orleans itself, and the host for a connection string from the
    // environment.
    private static readonly string[] Foreign =
    [
        "Orleans:Name", "Orleans:Endpoints", "Orleans:Clustering", "Orleans:Reminders", "Orleans:GrainStorage",
        "Orleans:GrainDirectory", "Orleans:Streaming", "Orleans:BroadcastChannel", "Orleans:EnableDistributedTracing",
        "ConnectionStrings:Sale_ProviderName",
    ];

    private static readonly Dictionary<string, Setting> ByKey = Sections
        .SelectMany(section => section.Value.SelectMany(options => Below(section.Key, options)))
        .ToDictionary(setting => setting.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<Setting> All => ByKey.Values;

    /// <summary>The setting of that key; null: there is none.</summary>
    public static Setting? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>Whether settings begin with this key and a colon.</summary>
    public static bool IsSection(string key) =>
        ByKey.Keys.Any(known => known.StartsWith(key + ':', StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether another component reads the key, although it is below one of our sections.</summary>
    public static bool IsForeign(string key) => Foreign.Any(other =>
        key.Equals(other, StringComparison.OrdinalIgnoreCase)
            || key.StartsWith(other + ':', StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Setting> Below(string key, Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .SelectMany(property => IsValue(property.PropertyType)
                ? [SettingOf($"{key}:{property.Name}", property)]
                : Below($"{key}:{property.Name}", property.PropertyType));

    private static Setting SettingOf(string key, PropertyInfo property) =>
        new(key, property.PropertyType, property.GetCustomAttribute<RangeAttribute>());

    private static bool IsValue(Type type) =>
        type == typeof(string) || type == typeof(Uri)
            || (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true };
}

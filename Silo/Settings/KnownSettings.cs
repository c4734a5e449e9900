using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Webhooks;

namespace OrleansSale.Silo.Settings;

/// <summary>A setting that exists.</summary>
/// <param name="Key">
/// Its whole key, as it is usually written. A part in braces, such as <c>{channel}</c>, stands for a name of the
/// operator's choice; <c>{index}</c> for a whole number.
/// </param>
/// <param name="Type">Of its value; <see cref="Nullable{T}"/> if it may be empty.</param>
/// <param name="Range">What a number may be.</param>
public sealed record Setting(string Key, Type Type, RangeAttribute? Range)
{
    // Stands for the place of an entry in a list: a whole number.
    private const string Index = "{index}";

    private readonly string[] _parts = Key.Split(':');

    /// <summary>The whole key with the names that another key has in the places of the parts in braces.</summary>
    public string KeyLike(string key)
    {
        if (!Key.Contains('{', StringComparison.Ordinal)) return Key;
        var parts = key.Split(':');
        return string.Join(':', _parts.Select((part, i) => IsChosen(part) && i < parts.Length ? parts[i] : part));
    }

    /// <summary>Whether it has this key, or is below a section of this key.</summary>
    public bool IsAtOrBelow(string[] key) => key.Length <= _parts.Length && key.Zip(_parts).All(pair =>
        pair.Second == Index ? pair.First.Length > 0 && pair.First.All(char.IsAsciiDigit)
            : IsChosen(pair.Second) || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it has this key.</summary>
    public bool IsAt(string[] key) => key.Length == _parts.Length && IsAtOrBelow(key);

    /// <summary>Whether its last part is a name of the operator's choice, so that no name is misspelt there.</summary>
    public bool EndsInChosenName => IsChosen(_parts[^1]);

    private static bool IsChosen(string part) => part.StartsWith('{');
}

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
            [ChannelsOptions.Section] = [typeof(ChannelsOptions)],
            [OperatorsOptions.Section] = [typeof(OperatorsOptions), typeof(ApprovalOptions)],
            [PaymentOptions.Section] = [typeof(PaymentOptions)],
            [WebhookOptions.Section] = [typeof(WebhookOptions)],
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

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<Setting> All { get; } =
        [.. Sections.SelectMany(section => section.Value.SelectMany(options => Below(section.Key, options)))];

    /// <summary>The setting of that key; null: there is none.</summary>
    public static Setting? Find(string key)
    {
        var parts = key.Split(':');
        return All.FirstOrDefault(setting => setting.IsAt(parts)) is { } found
            ? found with { Key = found.KeyLike(key) } : null;
    }

    /// <summary>Whether settings begin with this key and a colon.</summary>
    public static bool IsSection(string key)
    {
        var parts = key.Split(':');
        return All.Any(setting => setting.IsAtOrBelow(parts) && !setting.IsAt(parts));
    }

    /// <summary>The whole keys of the settings below a section.</summary>
    public static IEnumerable<string> KeysBelow(string section)
    {
        var parts = section.Split(':');
        return All.Where(setting => setting.IsAtOrBelow(parts)).Select(setting => setting.KeyLike(section));
    }

    /// <summary>Whether another component reads the key, although it is below one of our sections.</summary>
    public static bool IsForeign(string key) => Foreign.Any(other =>
        key.Equals(other, StringComparison.OrdinalIgnoreCase)
            || key.StartsWith(other + ':', StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Setting> Below(string key, Type options) => ValueOf(options) is { } value
        ? Of($"{key}:{{{NameOf(options)}}}", value, options)
        : options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .SelectMany(property => Of($"{key}:{property.Name}", property.PropertyType, property));

    private static IEnumerable<Setting> Of(string key, Type type, MemberInfo member) =>
        IsValue(type) ? [new Setting(key, type, member.GetCustomAttribute<RangeAttribute>())]
        : ValueOf(type) is { } value ? Of($"{key}:{{{NameOf(member)}}}", value, member)
        : Below(key, type);

    // Of a section whose names the operator chooses, or which is a list: there the names are numbers.
    private static Type? ValueOf(Type type) =>
        (type.IsGenericType ? type : type.BaseType) is { IsGenericType: true } several
            && (several.GetGenericTypeDefinition() == typeof(Dictionary<,>)
                || several.GetGenericTypeDefinition() == typeof(List<>))
            ? several.GetGenericArguments()[^1] : null;

    private static string NameOf(MemberInfo member) => member.GetCustomAttribute<DisplayNameAttribute>()!.DisplayName;

    private static bool IsValue(Type type) =>
        type == typeof(string) || type == typeof(Uri)
            || (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true };
}

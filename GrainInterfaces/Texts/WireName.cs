using System.Text.Json;

namespace OrleansSale.GrainInterfaces.Texts;

/// <summary>The names of values of closed sets on the wire: kebab-case, such as <c>refund-owed</c>.</summary>
public static class WireName
{
    /// <summary>The name of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Of(value.ToString());

    /// <summary>The name of a value; null: there is none.</summary>
    public static string? Of<T>(T? value) where T : struct, Enum => value is { } known ? Of(known) : null;

    /// <summary>The name of what the code calls so.</summary>
    public static string Of(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}

using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>
/// A member of a body's type, with its rule. Values are checked here, before the serializer builds the body. The
/// serializer alone would stop at the first wrong type in the order of the body, before any rule is checked, and would
/// not name a missing member.
/// </summary>
internal sealed class BodyMember
{
    private static readonly FieldProblem Missing = new("is missing", FieldFault.Missing),
        NoObject = new("must be an object"), NoInstant = new("must be an instant such as 2012-12-21T04:00:00Z"),
        NoBoolean = new("must be true or false");

    // One entry for each type of body.
    private static readonly ConcurrentDictionary<JsonTypeInfo, BodyMember[]> Known = new();

    private readonly string _name;
    private readonly bool _isOptional;
    private readonly Type _type;
    private readonly JsonTypeInfo? _object;
    private readonly IFieldRule? _rule;

    private BodyMember(JsonPropertyInfo member)
    {
        (_name, _isOptional) = (member.Name, member.IsSetNullable);
        _type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        _rule = member.AttributeProvider?.GetCustomAttributes(inherit: true).OfType<IFieldRule>().SingleOrDefault();
        if (member.Options.GetTypeInfo(_type) is { Kind: JsonTypeInfoKind.Object } within) _object = within;
        if (_rule is null && _object is null && _type != typeof(DateTimeOffset) && _type != typeof(bool))
            throw new InvalidOperationException($"{member.DeclaringType}.{_name} has no rule.");
    }

    /// <summary>
    /// The first wrong member of an object, in the order in which its type declares them.
    /// </summary>
    public static (string Path, FieldProblem Problem)? FindProblem(
        JsonElement body, JsonTypeInfo type, string path = "")
    {
        foreach (var member in Known.GetOrAdd(type, MembersOf))
        {
            if (member.FindProblem(body, path) is { } found) return found;
        }
        if (!typeof(IValidatableObject).IsAssignableFrom(type.Type)) return null;
        // Rules between members. Each member by itself is valid.
        var whole = (IValidatableObject)body.Deserialize(type)!;
        if (whole.Validate(new ValidationContext(whole)).FirstOrDefault() is not { } fault) return null;
        var name = JsonNamingPolicy.CamelCase.ConvertName(fault.MemberNames.Single());
        return (path + name, new FieldProblem(fault.ErrorMessage!));
    }

    private static BodyMember[] MembersOf(JsonTypeInfo type) =>
        [.. type.Properties.Select(member => new BodyMember(member))];

    private (string Path, FieldProblem Problem)? FindProblem(JsonElement within, string path)
    {
        if (!within.TryGetProperty(_name, out var value) || value.ValueKind == JsonValueKind.Null)
            return _isOptional ? null : (path + _name, Missing);
        if (_rule is IElementRule rule)
            return rule.FindProblem(value) is var (end, fault) ? (path + _name + end, fault) : null;
        if (_object is null) return CheckValue(value) is { } problem ? (path + _name, problem) : null;
        return value.ValueKind == JsonValueKind.Object
            ? FindProblem(value, _object, $"{path}{_name}.")
            : (path + _name, NoObject);
    }

    private FieldProblem? CheckValue(JsonElement value)
    {
        if (_type == typeof(DateTimeOffset)) return IsInstant(value) ? null : NoInstant;
        if (_type == typeof(bool))
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : NoBoolean;
        object? read = value.ValueKind switch
        {
            JsonValueKind.String when _type == typeof(string) => TextOf(value),
            JsonValueKind.String when _type == typeof(string[]) => new[] { TextOf(value) },
            JsonValueKind.Array when _type == typeof(string[]) => TextsOf(value),
            JsonValueKind.Number when _type == typeof(int) || _type == typeof(long) =>
                value.TryGetInt64(out var number) ? number : null,
            _ => null,
        };
        return read is null ? _rule!.WrongType : _rule!.Check(read);
    }

    // An instant without an offset would be read in the time zone of this machine.
    private static bool IsInstant(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && TextOf(value) is { Length: > 10 } text
        && (text[^1] is 'Z' or 'z' || text.AsSpan(10).ContainsAny('+', '-'))
        && value.TryGetDateTimeOffset(out var instant) && instant.UtcDateTime.Year is >= 2000 and < 3000;

    private static string[]? TextsOf(JsonElement list) =>
        list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(TextOf)]
            : null;

    // JSON may escape half of a surrogate pair, which GetString refuses. Then the text is U+FFFD, which every rule
    // refuses.
    internal static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }
}

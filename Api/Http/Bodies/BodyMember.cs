using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>
/// A member of a type of bodies: what it must be. The serializer by itself would name the first value of a wrong type in
/// the order of the body, before any rule is asked, and would not name what is missing; so values are looked at here.
/// </summary>
internal sealed class BodyMember
{
    private static readonly FieldProblem Missing = new("is missing", FieldFault.Missing),
        NoObject = new("must be an object"), NoInstant = new("must be an instant such as 2012-12-21T04:00:00Z");

    // As many as there are types of bodies.
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
        if (_rule is null && _object is null && _type != typeof(DateTimeOffset))
            throw new InvalidOperationException($"{member.DeclaringType}.{_name} has no rule.");
    }

    /// <summary>What does not fit first in an object, in the order in which its type declares the members.</summary>
    public static (string Path, FieldProblem Problem)? FindProblem(JsonElement body, JsonTypeInfo type, string path = "")
    {
        foreach (var member in Known.GetOrAdd(type, static type => [.. type.Properties.Select(one => new BodyMember(one))]))
        {
            if (member.FindProblem(body, path) is { } found) return found;
        }
        if (!typeof(IValidatableObject).IsAssignableFrom(type.Type)) return null;
        // Rules between members, each of which fits.
        var whole = (IValidatableObject)body.Deserialize(type)!;
        return whole.Validate(new ValidationContext(whole)).FirstOrDefault() is { } fault
            ? ($"{path}{JsonNamingPolicy.CamelCase.ConvertName(fault.MemberNames.Single())}", new FieldProblem(fault.ErrorMessage!))
            : null;
    }

    private (string Path, FieldProblem Problem)? FindProblem(JsonElement within, string path)
    {
        if (!within.TryGetProperty(_name, out var value) || value.ValueKind == JsonValueKind.Null)
            return _isOptional ? null : (path + _name, Missing);
        if (_object is null) return CheckValue(value) is { } problem ? (path + _name, problem) : null;
        return value.ValueKind == JsonValueKind.Object
            ? FindProblem(value, _object, $"{path}{_name}.")
            : (path + _name, NoObject);
    }

    private FieldProblem? CheckValue(JsonElement value)
    {
        if (_type == typeof(DateTimeOffset)) return IsInstant(value) ? null : NoInstant;
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

    // An instant without an offset would be of this machine's time zone.
    private static bool IsInstant(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && TextOf(value) is { Length: > 10 } text
        && (text[^1] is 'Z' or 'z' || text.AsSpan(10).ContainsAny('+', '-'))
        && value.TryGetDateTimeOffset(out var instant) && instant.UtcDateTime.Year is >= 2000 and < 3000;

    private static string[]? TextsOf(JsonElement list) =>
        list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(TextOf)]
            : null;

    // Half of a surrogate pair may be written as an escape, which is valid JSON and no valid text. What stands for what
    // was lost is in no text either.
    private static string TextOf(JsonElement value)
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

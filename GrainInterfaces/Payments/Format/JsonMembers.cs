using System.Globalization;
using System.Text.Json;

namespace OrleansSale.GrainInterfaces.Payments.Format;

/// <summary>
/// A fault of a body: the member's path (<c>data.amount.currency</c>, <c>body</c> for the whole), and the reason.
/// </summary>
public sealed record JsonFault(string Field, string Reason);

/// <summary>
/// Reads the members of a JSON object one at a time, with exactly the requested type, and keeps the first fault. After
/// a fault all values are empty, so a caller reads every member and then checks <see cref="Fault"/> once.
/// </summary>
/// <remarks>Unknown members are allowed, because a partner may add some.</remarks>
public sealed class JsonMembers
{
    private const int MaxDepth = 16;
    private const int MaxInstantLength = 40;
    private const int CurrencyLength = 3;
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    private static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
    };

    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly JsonMembers? _root;
    private JsonFault? _fault;

    private JsonMembers(JsonElement value, string prefix, JsonMembers? root)
    {
        _object = value;
        _prefix = prefix;
        _root = root;
    }

    /// <summary>No members, and no fault.</summary>
    public static JsonMembers Empty => new(default, "", null);

    /// <summary>The first fault so far, in this object or one within it.</summary>
    public JsonFault? Fault => _root is null ? _fault : _root.Fault;

    /// <summary>
    /// The members of <paramref name="body"/>. If that is not a JSON object, there are no members and there is a fault.
    /// </summary>
    public static JsonMembers Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var members = new JsonMembers(document.RootElement.Clone(), "", null);
            if (members._object.ValueKind != JsonValueKind.Object)
                members._fault = new JsonFault("body", "must be a JSON object");
            return members;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half a surrogate pair.
            return new JsonMembers(default, "", null) { _fault = new JsonFault("body", "is not JSON") };
        }
    }

    /// <summary>A text of 1 to <paramref name="maxLength"/> characters without control characters.</summary>
    public string Text(string name, int maxLength) => TextOf(Find(name), name, maxLength) ?? "";

    /// <summary>Like <see cref="Text"/>, but null if the member is missing or null.</summary>
    public string? OptionalText(string name, int maxLength) =>
        FindOptional(name) is { } value ? TextOf(value, name, maxLength) : null;

    /// <summary>Like <see cref="OptionalText"/>, but of one line or several.</summary>
    public string? OptionalLines(string name, int maxLength) =>
        FindOptional(name) is { } value ? TextOf(value, name, maxLength, hasLines: true) : null;

    /// <summary>An id: 1 to <paramref name="maxLength"/> visible ASCII characters.</summary>
    public string Id(string name, int maxLength)
    {
        var text = Text(name, maxLength);
        if (text.Any(c => c is <= ' ' or > '~')) Fail(name, "must be visible ASCII characters");
        return text;
    }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public long Integer(string name, long min, long max)
    {
        var value = Find(name);
        if (value.ValueKind == JsonValueKind.Undefined) return 0;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            && number >= min && number <= max)
        {
            return number;
        }

        Fail(name, $"must be a whole number from {min} to {max}");
        return 0;
    }

    /// <summary>An ISO 4217 code: three capital letters.</summary>
    public string Currency(string name)
    {
        var text = Text(name, CurrencyLength);
        if (text.Length != CurrencyLength || !text.All(char.IsAsciiLetterUpper))
            Fail(name, "must be three capital letters");
        return text;
    }

    /// <summary>An instant in ISO 8601 with its offset.</summary>
    public DateTimeOffset Instant(string name)
    {
        var text = Text(name, MaxInstantLength);
        // A time without an offset would be read as this machine's local time.
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (hasOffset && DateTimeOffset.TryParseExact(
            text, InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant))
        {
            return instant.ToUniversalTime();
        }

        Fail(name, "must be an instant like 2012-12-21T04:00:00Z");
        return default;
    }

    /// <summary>An absolute http or https address, or null if the member is missing or null.</summary>
    public string? OptionalAddress(string name, int maxLength)
    {
        if (OptionalText(name, maxLength) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
        {
            return address.AbsoluteUri;
        }

        Fail(name, "must be an absolute http or https address");
        return null;
    }

    /// <summary>An object within this one.</summary>
    public JsonMembers Object(string name)
    {
        var value = Find(name);
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined)) Fail(name, "must be an object");
        return new JsonMembers(value, $"{_prefix}{name}.", _root ?? this);
    }

    /// <summary>An object within this one; one without members if it is missing, null or no object.</summary>
    public JsonMembers OptionalObject(string name) =>
        new(FindOptional(name) ?? default, $"{_prefix}{name}.", _root ?? this);

    /// <summary>A member as it is; null if it is missing or null. It is never a fault.</summary>
    public JsonElement? OptionalElement(string name) => FindOptional(name);

    /// <summary>Reports a member whose value is of the right type but can't be accepted.</summary>
    public void Fail(string name, string reason)
    {
        var root = _root ?? this;
        root._fault ??= new JsonFault(_prefix + name, reason);
    }

    private JsonElement Find(string name)
    {
        if (_object.ValueKind != JsonValueKind.Object) return default;
        if (_object.TryGetProperty(name, out var value)) return value;
        Fail(name, "is missing");
        return default;
    }

    private JsonElement? FindOptional(string name) =>
        _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out var value)
            && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private string? TextOf(JsonElement value, string name, int maxLength, bool hasLines = false)
    {
        if (value.ValueKind == JsonValueKind.Undefined) return null;
        if (value.ValueKind == JsonValueKind.String && TryGetText(value, out var text)
            && text.Length > 0 && text.Length <= maxLength
            && !text.Any(c => char.IsControl(c) && !(hasLines && c == '\n')))
        {
            return text;
        }

        Fail(name, $"must be a text of 1 to {maxLength} characters without control characters");
        return null;
    }

    private static bool TryGetText(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are not UTF-8.
            text = "";
            return false;
        }
    }
}

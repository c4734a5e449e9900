using System.Globalization;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Http;

/// <summary>
/// Reads the members of a JSON object, each with its range. The first that does not fit becomes the problem, named by
/// its path; after that every read gives a default.
/// </summary>
public sealed class Fields
{
    private const string NoSuchCharacters =
        "must have no control characters, none that reorder the text around them, and no halves of characters";

    private readonly JsonElement _object;
    private readonly string _path;
    private readonly Fields _root;
    private Problem? _problem;

    /// <summary>The members of a whole body; null (no body) has none.</summary>
    public Fields(JsonDocument? body) : this(body?.RootElement ?? default, "", null)
    {
        if (_object.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined)) Fail("body", "must be an object");
    }

    private Fields(JsonElement element, string path, Fields? root) => (_object, _path, _root) = (element, path, root ?? this);

    /// <summary>What did not fit first; null: everything did.</summary>
    public Problem? Problem => _root._problem;

    /// <summary>Records that a field does not fit.</summary>
    public void Fail(string name, string detail, FieldFault fault = FieldFault.Malformed) =>
        _root._problem ??= Problem.Invalid(_path + name, detail, fault);

    /// <summary>Whether the member is there and not null.</summary>
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>
    /// A text of one line, as people write it, its length in UTF-16 code units; a missing or blank one is a problem.
    /// </summary>
    public string Line(string name, int minLength, int maxLength) =>
        TryGet(name, out var value) ? ReadText(name, value, minLength, maxLength, mayBreak: false) : Missing(name, "");

    /// <summary>The same of one line or several, which line feeds part, however they were parted.</summary>
    public string Lines(string name, int minLength, int maxLength) =>
        TryGet(name, out var value) ? ReadText(name, value, minLength, maxLength, mayBreak: true) : Missing(name, "");

    /// <summary>A text that satisfies a grammar; a missing one is a problem.</summary>
    public string Text(string name, Func<string?, bool> isValid, string grammar)
    {
        if (!TryGet(name, out var value)) return Missing(name, "");
        var text = value.ValueKind == JsonValueKind.String && TryGetString(value, out var read) ? read : null;
        if (isValid(text)) return text!;
        Fail(name, $"must be {grammar}");
        return "";
    }

    /// <summary>A text of one line, or null if missing.</summary>
    public string? OptionalLine(string name, int minLength, int maxLength) =>
        TryGet(name, out var value) ? ReadText(name, value, minLength, maxLength, mayBreak: false) : null;

    /// <summary>A whole number; a missing one is a problem, unless there is a default.</summary>
    public long Number(string name, long min, long max, long? otherwise = null)
    {
        if (!TryGet(name, out var value)) return otherwise ?? Missing(name, min);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max) return number;
        Fail(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}"));
        return min;
    }

    /// <summary>An instant in ISO 8601 with its offset, to the millisecond; a missing one is a problem.</summary>
    public DateTimeOffset Instant(string name)
    {
        if (!TryGet(name, out var value)) return Missing(name, DateTimeOffset.UnixEpoch);
        if (value.ValueKind == JsonValueKind.String && HasOffset(value) && value.TryGetDateTimeOffset(out var instant)
            && instant.UtcDateTime.Year is >= 2000 and < 3000)
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
        }
        Fail(name, "must be an instant such as 2012-12-21T04:00:00Z");
        return DateTimeOffset.UnixEpoch;
    }

    /// <summary>An object; a missing one is a problem.</summary>
    public Fields Object(string name)
    {
        if (!TryGet(name, out var value)) Missing(name, 0);
        else if (value.ValueKind == JsonValueKind.Object) return new Fields(value, $"{_path}{name}.", _root);
        else Fail(name, "must be an object");
        return new Fields(default, $"{_path}{name}.", _root);
    }

    /// <summary>One text or a list of different ones, each satisfying a grammar; a missing one is a problem.</summary>
    public string[] OneOrMany(string name, int minCount, int maxCount, Func<string?, bool> isValid, string grammar)
    {
        if (!TryGet(name, out var value)) return [Missing(name, "")];
        var texts = value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(TextOf).ToArray()
            : [TextOf(value)];
        if (texts.Length >= minCount && texts.Length <= maxCount && texts.All(isValid)
            && texts.Distinct().Count() == texts.Length)
        {
            return texts!;
        }
        Fail(name, $"must be {grammar}, or a list of {minCount} to {maxCount} different ones");
        return [""];
    }

    private string ReadText(string name, JsonElement value, int minLength, int maxLength, bool mayBreak)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Fail(name, "must be a text");
            return "";
        }
        // Null: half of a surrogate pair.
        var text = TextOf(value) is { } read && mayBreak ? PlainText.WithLineFeeds(read) : TextOf(value);
        if (text is null || !(mayBreak ? PlainText.IsLines(text) : PlainText.IsLine(text)))
            Fail(name, mayBreak ? NoSuchCharacters : "must be one line; it " + NoSuchCharacters, FieldFault.Characters);
        else if (PlainText.IsBlank(text)) Fail(name, "must not be blank", FieldFault.Blank);
        else if (text.Length < minLength) Fail(name, $"must have at least {minLength} characters", FieldFault.TooShort);
        else if (text.Length > maxLength) Fail(name, $"must have at most {maxLength} characters", FieldFault.TooLong);
        else return text;
        return "";
    }

    private bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out value)
            && value.ValueKind != JsonValueKind.Null;
    }

    private T Missing<T>(string name, T otherwise)
    {
        Fail(name, "is missing", FieldFault.Missing);
        return otherwise;
    }

    private static string? TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && TryGetString(value, out var text) ? text : null;

    // An escaped lone surrogate is valid JSON and no valid text.
    private static bool TryGetString(JsonElement value, out string? text)
    {
        try
        {
            text = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static bool HasOffset(JsonElement value) =>
        TextOf(value) is { Length: > 10 } text && (text[^1] is 'Z' or 'z' || text.AsSpan(10).ContainsAny('+', '-'));
}

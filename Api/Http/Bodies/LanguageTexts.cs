using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Http.Bodies;

/// <summary>A text for people as it is given: one for all languages, or one per language.</summary>
/// <param name="English">In English; null: only in Chinese.</param>
/// <param name="Chinese">In Chinese; null: only in English.</param>
[JsonConverter(typeof(LanguageTextsFormat))]
public sealed record LanguageTexts(string? English, string? Chinese)
{
    /// <summary>The text as it is kept: line feeds break its lines.</summary>
    public LanguageText ToText() => new(WithLineFeeds(English), WithLineFeeds(Chinese));

    private static string? WithLineFeeds(string? text) => text is null ? null : PlainText.WithLineFeeds(text);
}

/// <summary>A text, or an object with a text per language. Other languages are left alone.</summary>
public sealed class LanguageTextsFormat : JsonConverter<LanguageTexts>
{
    /// <inheritdoc/>
    public override LanguageTexts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString();
            return new LanguageTexts(text, text);
        }
        using var json = JsonDocument.ParseValue(ref reader);
        return new LanguageTexts(
            TextOf(json.RootElement, PageLanguage.English), TextOf(json.RootElement, PageLanguage.Chinese));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LanguageTexts value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.English is { } english) writer.WriteString(PageLanguage.English, english);
        if (value.Chinese is { } chinese) writer.WriteString(PageLanguage.Chinese, chinese);
        writer.WriteEndObject();
    }

    private static string? TextOf(JsonElement texts, string language) =>
        texts.TryGetProperty(language, out var text) ? text.GetString() : null;
}

/// <summary>A text, or one per language.</summary>
/// <param name="maxLength">Most characters of each.</param>
/// <param name="isLine">Whether each is one line; else it may have several.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TextsAttribute(int maxLength, bool isLine = false) : ValidationAttribute, IElementRule
{
    private static readonly string[] Languages = [PageLanguage.English, PageLanguage.Chinese];

    /// <summary>Most characters of each.</summary>
    public int MaxLength => maxLength;

    /// <inheritdoc/>
    public FieldProblem WrongType => new(
        $"must be a text, or an object with a text for {PageLanguage.English}, {PageLanguage.Chinese} or both");

    /// <inheritdoc/>
    public (string Path, FieldProblem Problem)? FindProblem(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return Check(BodyMember.TextOf(value)) is { } fault ? ("", fault) : null;
        if (value.ValueKind != JsonValueKind.Object) return ("", WrongType);
        var count = 0;
        foreach (var language in Languages)
        {
            if (!value.TryGetProperty(language, out var text) || text.ValueKind == JsonValueKind.Null) continue;
            count++;
            var problem = text.ValueKind == JsonValueKind.String
                ? Check(BodyMember.TextOf(text)) : WrittenTextRules.NoText;
            if (problem is { } found) return ($".{language}", found);
        }
        return count == 0 ? ("", WrongType) : null;
    }

    /// <inheritdoc/>
    FieldProblem? IFieldRule.Check(object value) => Check((string)value);

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null or LanguageTexts;

    private FieldProblem? Check(string text) => isLine
        ? WrittenTextRules.CheckLine(text, 1, maxLength)
        : WrittenTextRules.CheckLines(PlainText.WithLineFeeds(text), 1, maxLength);
}

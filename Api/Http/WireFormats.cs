using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http;

/// <summary>Instants on the wire: UTC to the millisecond, <c>2012-12-21T04:00:00.012Z</c>.</summary>
public sealed class InstantFormat : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetDateTimeOffset().ToUnixTimeMilliseconds());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[InstantText.Length];
        InstantText.Write(value, text);
        writer.WriteStringValue(text);
    }
}

/// <summary>Closed sets on the wire: kebab-case names.</summary>
public sealed class KebabCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>A list that is written as its one member when it has one: a batch's <c>channel</c>.</summary>
public sealed class OneOrManyFormat : JsonConverter<string[]>
{
    /// <inheritdoc />
    public override string[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return [reader.GetString()!];
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String) texts.Add(reader.GetString()!);
        return [.. texts];
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options)
    {
        if (value.Length == 1)
        {
            writer.WriteStringValue(value[0]);
            return;
        }
        writer.WriteStartArray();
        foreach (var text in value) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}

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

using System.Buffers;
using System.Text.Json;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// The frame of every ledger line: <c>{"seq":18,"type":"held","at":"2012-12-21T04:00:00.012Z","data":{…}}</c>, members
/// in this order, instants in UTC to the millisecond. The entries of each stream define the members of <c>data</c>.
/// </summary>
public static class LedgerLine
{
    /// <summary>Writes the line up to and including the opening brace of <c>data</c>.</summary>
    public static void Begin(Utf8JsonWriter json, long seq, ReadOnlySpan<byte> type, long at)
    {
        json.WriteStartObject();
        json.WriteNumber("seq"u8, seq);
        json.WriteString("type"u8, type);
        WriteInstant(json, "at"u8, at);
        json.WriteStartObject("data"u8);
    }

    /// <summary>Closes <c>data</c> and the line, and ends it with a line feed.</summary>
    public static void End(Utf8JsonWriter json, IBufferWriter<byte> to)
    {
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        to.GetSpan(1)[0] = (byte)'\n';
        to.Advance(1);
    }

    /// <summary>Writes an instant given in UTC milliseconds since 1970.</summary>
    public static void WriteInstant(Utf8JsonWriter json, ReadOnlySpan<byte> name, long at)
    {
        Span<byte> text = stackalloc byte[InstantText.Length];
        InstantText.Write(DateTimeOffset.FromUnixTimeMilliseconds(at), text);
        json.WriteString(name, text);
    }

    /// <summary>Reads an instant at the reader's current string, as UTC milliseconds since 1970.</summary>
    /// <exception cref="LedgerFormatException">The value is no instant.</exception>
    public static long ReadInstant(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String && json.ValueSpan is { Length: InstantText.Length } text
        && text[^1] == 'Z' && json.TryGetDateTimeOffset(out var at)
            ? at.ToUnixTimeMilliseconds()
            : throw new LedgerFormatException("an instant is malformed");

    /// <summary>
    /// Reads the frame; the reader then stands on the opening brace of <c>data</c>. After reading the members, call
    /// <see cref="Finish"/>.
    /// </summary>
    /// <param name="json">The reader, at the beginning of a line that is one span.</param>
    /// <param name="type">The type as written in the line. A type with an escape sequence is unknown.</param>
    /// <exception cref="LedgerFormatException">The frame is malformed.</exception>
    public static (long Seq, long At) Open(ref Utf8JsonReader json, out ReadOnlySpan<byte> type)
    {
        Expect(ref json, JsonTokenType.StartObject);
        Name(ref json, "seq"u8);
        if (!json.Read() || !json.TryGetInt64(out var seq))
            throw new LedgerFormatException("the sequence is malformed");
        Name(ref json, "type"u8);
        Expect(ref json, JsonTokenType.String);
        type = json.ValueSpan;
        Name(ref json, "at"u8);
        Expect(ref json, JsonTokenType.String);
        var at = ReadInstant(ref json);
        Name(ref json, "data"u8);
        Expect(ref json, JsonTokenType.StartObject);
        return (seq, at);
    }

    /// <summary>
    /// Reads the closing brace of the line. The reader must stand on the closing brace of <c>data</c>.
    /// </summary>
    public static void Finish(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.EndObject);
        if (json.Read()) throw new LedgerFormatException("something follows the line");
    }

    private static void Name(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        Expect(ref json, JsonTokenType.PropertyName);
        if (!json.ValueTextEquals(name))
            throw new LedgerFormatException("the line's members are not seq, type, at, data");
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType token)
    {
        if (!json.Read() || json.TokenType != token) throw new LedgerFormatException($"expected {token}");
    }
}

/// <summary>
/// The stored data cannot be read: they are damaged, or of a type that this version does not know. A retry does not
/// help, unlike with <see cref="LedgerUnavailableException"/>.
/// </summary>
public sealed class LedgerFormatException(string message, Exception? inner = null) : Exception(message, inner);

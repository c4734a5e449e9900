using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>Writes the members of an entry's <c>data</c>, with one method for each kind of value.</summary>
/// <param name="batch">The batch; order ids contain its id.</param>
#pragma warning disable CA1001 // The JSON writer holds no stream and nothing unmanaged.
internal sealed class DataWriter(string batch)
{
    // CJK names stay readable in the export. Characters that JSON requires to be escaped are still escaped.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The JSON writer of the line.</summary>
    public Utf8JsonWriter Json { get; } = new(Stream.Null, Options);

    /// <summary>Sequence of the entry that is written.</summary>
    public long Seq { get; set; }

    /// <summary>An order, by the sequence of its held entry.</summary>
    public void Order(long order) => Order("order"u8, order);

    /// <summary>An order, by the sequence of its held entry.</summary>
    public void Order(ReadOnlySpan<byte> name, long order) => Json.WriteString(name, OrderId.Of(batch, order));

    /// <summary>A text. A missing one is a fault of the engine: no reader accepts a null.</summary>
    public void Text(ReadOnlySpan<byte> name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Json.WriteString(name, text);
    }

    /// <summary>A text, or no member for null.</summary>
    public void TextIfAny(ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null) Json.WriteString(name, text);
    }

    /// <summary>A user's alias.</summary>
    public void Alias(ReadOnlySpan<byte> name, Alias alias)
    {
        Span<byte> text = stackalloc byte[GrainInterfaces.Users.Alias.TextLength];
        alias.Write(text);
        Json.WriteString(name, text);
    }

    /// <summary>A user's alias, or no member for null.</summary>
    public void AliasIfAny(ReadOnlySpan<byte> name, Alias? alias)
    {
        if (alias is { } given) Alias(name, given);
    }

    /// <summary>The hash of a client's key, or no member for null.</summary>
    public void KeyIfAny(KeyHash? key)
    {
        if (key is { } given) Key(given);
    }

    /// <summary>The hash of a client's key.</summary>
    public void Key(KeyHash key)
    {
        Span<byte> text = stackalloc byte[KeyHash.TextLength];
        key.Write(text);
        Json.WriteString("key"u8, text);
    }

    /// <summary>32 bytes, in hexadecimal.</summary>
    public void Bytes(ReadOnlySpan<byte> name, byte[] bytes) => Json.WriteString(name, Convert.ToHexStringLower(bytes));

    /// <summary>A whole number.</summary>
    public void Number(ReadOnlySpan<byte> name, long number) => Json.WriteNumber(name, number);

    /// <summary>A whole number, or no member for null.</summary>
    public void NumberIfAny(ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } given) Number(name, given);
    }

    /// <summary>An instant in UTC milliseconds since 1970.</summary>
    public void Instant(ReadOnlySpan<byte> name, long at) => LedgerLine.WriteInstant(Json, name, at);

    /// <summary>Unit numbers.</summary>
    public void Units(int[] units)
    {
        Json.WriteStartArray("units"u8);
        foreach (var unit in units) Json.WriteNumberValue(unit);
        Json.WriteEndArray();
    }

    /// <summary>Ranges of units, and their total number of units.</summary>
    public void Ranges(UnitRange[] ranges)
    {
        Json.WriteNumber("units"u8, UnitRange.CountOf(ranges));
        Json.WriteStartArray("ranges"u8);
        foreach (var range in ranges)
        {
            Json.WriteStartArray();
            Json.WriteNumberValue(range.First);
            Json.WriteNumberValue(range.Last);
            Json.WriteEndArray();
        }
        Json.WriteEndArray();
    }

    /// <summary>An amount of money.</summary>
    public void Amount(ReadOnlySpan<byte> name, Money money)
    {
        Json.WriteStartObject(name);
        Json.WriteNumber("amount"u8, money.Amount);
        Json.WriteString("currency"u8, money.Currency);
        Json.WriteEndObject();
    }

    /// <summary>One text as a string, several as a list.</summary>
    public void TextOrList(ReadOnlySpan<byte> name, string[] texts)
    {
        if (texts.Length == 1)
        {
            Json.WriteString(name, texts[0]);
            return;
        }
        Json.WriteStartArray(name);
        foreach (var text in texts) Json.WriteStringValue(text);
        Json.WriteEndArray();
    }

    /// <summary>The last members of every operator's entry about the whole batch.</summary>
    public void Command(string reason, Alias by, KeyHash key)
    {
        Text("reason"u8, reason);
        Alias("by"u8, by);
        Key(key);
    }
}

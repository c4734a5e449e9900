using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>Reads exported lines into entries. It refuses everything that the ledger's format does not name.</summary>
internal sealed class EntryReader
{
    private readonly TextPool _texts = new();
    private readonly LedgerEntry _entry = new();
    private byte[] _orderPrefix = [];

    /// <summary>Reads one line. The entry is the same object every time.</summary>
    /// <exception cref="FormatException">The line is not an entry; the message says why.</exception>
    public LedgerEntry Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            ReadEnvelope(ref reader);
            return _entry;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"not an entry: {exception.Message}", exception);
        }
    }

    /// <summary>The sequence that a line claims, for naming one that can't be read; 0 if it claims none.</summary>
    public static long ClaimedSeq(ReadOnlySpan<byte> line)
    {
        var prefix = "{\"seq\":"u8;
        return line.StartsWith(prefix) && Utf8Parser.TryParse(line[prefix.Length..], out long seq, out _)
            ? seq
            : 0;
    }

    private void ReadEnvelope(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.StartObject, "an object");
        Name(ref reader, "seq"u8);
        _entry.Seq = Long(ref reader);
        Name(ref reader, "type"u8);
        var type = Pooled(ref reader);
        _entry.Type = EntryTypes.Named(type) ?? throw new FormatException($"unknown type {type}");
        Name(ref reader, "at"u8);
        _entry.At = Instant(ref reader);
        Name(ref reader, "data"u8);
        if (_entry.Type == EntryType.Created)
        {
            _entry.Present = Members.None;
            Read(ref reader);
            _entry.Terms = SaleTerms.Read(ref reader);
            if (_orderPrefix.Length == 0) _orderPrefix = Encoding.UTF8.GetBytes(_entry.Terms.Batch + ".");
        }
        else
        {
            ReadData(ref reader);
        }

        Name(ref reader, "hash"u8);
        Take(ref reader, JsonTokenType.String, "a hash");
        Take(ref reader, JsonTokenType.EndObject, "the end of the line");
        if (reader.Read()) throw new FormatException("something follows the entry");
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.StartObject, "an object as data");
        var allowed = EntryTypes.Required(_entry.Type) | EntryTypes.Optional(_entry.Type);
        _entry.Present = Members.None;
        _entry.Key = null;
        while (Read(ref reader) != JsonTokenType.EndObject)
        {
            var member = MemberNamed(ref reader);
            if ((allowed & member) == 0)
                throw new FormatException($"{_entry.Type} has no member {reader.GetString()}");
            if ((_entry.Present & member) != 0) throw new FormatException($"{member} is there twice");
            _entry.Present |= member;
            ReadMember(ref reader, member);
        }

        var missing = EntryTypes.Required(_entry.Type) & ~_entry.Present;
        if (missing != Members.None) throw new FormatException($"{_entry.Type} lacks {missing}");
    }

    private void ReadMember(ref Utf8JsonReader reader, Members member)
    {
        switch (member)
        {
            case Members.Order: _entry.Order = Order(ref reader); break;
            case Members.User: _entry.User = Pooled(ref reader); break;
            case Members.Units when _entry.Type is EntryType.Restocked or EntryType.Withdrawn:
                _entry.UnitCount = checked((int)Long(ref reader));
                break;
            case Members.Units: ReadUnits(ref reader); break;
            case Members.PayBy: _entry.PayBy = Instant(ref reader); break;
            case Members.Reservation: _entry.Reservation = Long(ref reader); break;
            case Members.Key: ReadKey(ref reader); break;
            case Members.Checkout: Text(ref reader); break;
            case Members.Payment: _entry.Payment = Text(ref reader); break;
            case Members.Refund: _entry.Refund = Text(ref reader); break;
            case Members.Amount: ReadAmount(ref reader); break;
            case Members.Why: _entry.Why = Pooled(ref reader); break;
            case Members.Reason: Take(ref reader, JsonTokenType.String, "a reason"); break;
            case Members.By: _entry.By = Pooled(ref reader); break;
            case Members.Ranges: ReadRanges(ref reader); break;
            default: throw new FormatException($"{member} is not a member");
        }
    }

    private static Members MemberNamed(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("order"u8) ? Members.Order
        : reader.ValueTextEquals("user"u8) ? Members.User
        : reader.ValueTextEquals("units"u8) ? Members.Units
        : reader.ValueTextEquals("payBy"u8) ? Members.PayBy
        : reader.ValueTextEquals("reservation"u8) ? Members.Reservation
        : reader.ValueTextEquals("key"u8) ? Members.Key
        : reader.ValueTextEquals("payment"u8) ? Members.Payment
        : reader.ValueTextEquals("amount"u8) ? Members.Amount
        : reader.ValueTextEquals("checkout"u8) ? Members.Checkout
        : reader.ValueTextEquals("why"u8) ? Members.Why
        : reader.ValueTextEquals("refund"u8) ? Members.Refund
        : reader.ValueTextEquals("ranges"u8) ? Members.Ranges
        : reader.ValueTextEquals("reason"u8) ? Members.Reason
        : reader.ValueTextEquals("by"u8) ? Members.By
        : Members.None;

    private void ReadUnits(ref Utf8JsonReader reader)
    {
        _entry.Units.Clear();
        Take(ref reader, JsonTokenType.StartArray, "an array of units");
        while (Read(ref reader) != JsonTokenType.EndArray) _entry.Units.Add(reader.GetInt32());
        if (_entry.Units.Count == 0) throw new FormatException("no units");
    }

    private void ReadRanges(ref Utf8JsonReader reader)
    {
        _entry.Ranges.Clear();
        Take(ref reader, JsonTokenType.StartArray, "an array of ranges");
        while (Read(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new FormatException("a range is not an array");
            var range = (checked((int)Long(ref reader)), checked((int)Long(ref reader)));
            Take(ref reader, JsonTokenType.EndArray, "a range of two numbers");
            _entry.Ranges.Add(range);
        }
    }

    private void ReadAmount(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.StartObject, "an amount");
        Name(ref reader, "amount"u8);
        var value = Long(ref reader);
        Name(ref reader, "currency"u8);
        _entry.Amount = new Amount(value, Pooled(ref reader));
        Take(ref reader, JsonTokenType.EndObject, "the end of the amount");
    }

    private void ReadKey(ref Utf8JsonReader reader)
    {
        _entry.Key = null;
        if (Read(ref reader) == JsonTokenType.Null && _entry.Type == EntryType.Held) return;
        if (reader.TokenType != JsonTokenType.String) throw new FormatException("a key is not a text");
        var key = reader.GetString()!;
        _entry.Key = key.Length is > 0 and <= 64 ? key : throw new FormatException("a key has 1…64 characters");
    }

    private static JsonTokenType Read(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new FormatException("the line ends early");

    private static void Take(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (Read(ref reader) != type) throw new FormatException($"{what} is missing");
    }

    private static void Name(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (Read(ref reader) != JsonTokenType.PropertyName || !reader.ValueTextEquals(name))
            throw new FormatException($"{Encoding.UTF8.GetString(name)} is not where it belongs");
    }

    private static long Long(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.Number, "a number");
        return reader.GetInt64();
    }

    /// <summary>An order's id is its batch, a dot, and the sequence of its hold; the number says it all.</summary>
    private long Order(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "an order");
        var id = reader.ValueSpan;
        if (_orderPrefix.Length == 0) throw new FormatException("an order before the batch was created");
        return id.StartsWith(_orderPrefix)
            && Utf8Parser.TryParse(id[_orderPrefix.Length..], out long seq, out var length)
            && length == id.Length - _orderPrefix.Length && seq > 0
            ? seq
            : throw new FormatException($"{reader.GetString()} is not an order of this batch");
    }

    private string Pooled(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "a text");
        var text = _texts.Take(ref reader);
        return text.Length > 0 ? text : throw new FormatException("a text is empty");
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "a text");
        var text = reader.GetString()!;
        return text.Length > 0 ? text : throw new FormatException("a text is empty");
    }

    private static DateTime Instant(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "an instant");
        return Stamp.TryRead(reader.ValueSpan, out var instant)
            ? instant
            : throw new FormatException("an instant is not yyyy-MM-ddTHH:mm:ss.fffZ");
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>Reads exported lines into entries. It refuses everything that the ledger's format does not name.</summary>
internal sealed partial class EntryReader
{
    private const int CodeLength = 22;

    private static readonly SearchValues<char> CodeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly HashSet<string> ReasonCodes =
        ["unstated", "buyer-request", "suspected-fraud", "undeliverable", "mistake", "other", "recalled"];

    private readonly TextPool _texts = new();
    private readonly LedgerEntry _entry = new();
    private byte[] _orderPrefix = [];
    private UserFinder? _users;

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
        _entry.Type = EntryTypes.Named(Pooled(ref reader));
        Name(ref reader, "at"u8);
        _entry.At = Instant(ref reader);
        Name(ref reader, "data"u8);
        if (_entry.Type == EntryType.Created)
        {
            _entry.Present = Members.None;
            Read(ref reader);
            _entry.Terms = SaleTerms.Read(ref reader);
            _users ??= new UserFinder(_entry.Terms.Channels);
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
            var member = MemberNames.Read(ref reader);
            if ((allowed & member) == 0)
                throw new FormatException($"{_entry.Type} has no member {reader.GetString()}");
            if ((_entry.Present & member) != 0) throw new FormatException($"{member} is there twice");
            _entry.Present |= member;
            ReadMember(ref reader, member);
        }

        var missing = EntryTypes.Required(_entry.Type) & ~_entry.Present;
        if (missing != Members.None) throw new FormatException($"{_entry.Type} lacks {missing}");
        if (_entry.Type == EntryType.Released && _entry.Has(Members.By) != _entry.Has(Members.Reason))
            throw new FormatException("a release has an operator without a reason, or the other way round");
        if (_entry.Type is EntryType.Released && _entry.Has(Members.Key) && !_entry.Has(Members.By))
            throw new FormatException("a release has a key without an operator");
        if (_entry.Has(Members.From) && !_entry.Has(Members.Place)) throw new FormatException("a return for no place");
        if (_entry.Type == EntryType.Left) RequireWhoRemoved();
        if (_entry.Type == EntryType.Joined) RequireOrigin();
        if (_entry.Type == EntryType.RefundOwed) RequireAll(_entry.Why == "shipped", "a refund of a shipped order");
        if (_entry.Type == EntryType.Proposed
            && (_entry.Present & EntryTypes.Optional(EntryType.Proposed)) != EntryTypes.OfProposed(_entry.Command))
            throw new FormatException($"{_entry.Command} waits with {_entry.Present}");
        var isCoded = _entry.Type is EntryType.Granted or EntryType.Revived or EntryType.Shipped or EntryType.Proposed;
        if (isCoded && _entry.Has(Members.Why) && !ReasonCodes.Contains(_entry.Why))
            throw new FormatException($"{_entry.Why} is no reason of the closed set");
    }

    private void RequireAll(bool areThere, string what)
    {
        foreach (var member in (Members[])[Members.By, Members.Reason, Members.Key])
            if (_entry.Has(member) != areThere) throw new FormatException($"{what} lacks {member}, or another has it");
    }

    private void ReadMember(ref Utf8JsonReader reader, Members member)
    {
        switch (member)
        {
            case Members.Order: _entry.Order = Order(ref reader); break;
            case Members.From: _entry.From = Order(ref reader); break;
            case Members.Alias: _entry.Alias = Code(ref reader); break;
            case Members.Units when _entry.Type is EntryType.Restocked or EntryType.Withdrawn or EntryType.Proposed:
                _entry.UnitCount = checked((int)Long(ref reader));
                break;
            case Members.Units: ReadUnits(ref reader); break;
            case Members.PayBy: _entry.PayBy = Instant(ref reader); break;
            case Members.Reservation: _entry.Reservation = Long(ref reader); break;
            case Members.Key: _entry.Key = Code(ref reader); break;
            case Members.Number: _entry.Number = Long(ref reader); break;
            case Members.Provider: _entry.Provider = Pooled(ref reader); break;
            case Members.Checkout: _entry.Checkout = Text(ref reader); break;
            case Members.Payment: _entry.Payment = Text(ref reader); break;
            case Members.Refund: _entry.Refund = Text(ref reader); break;
            case Members.Amount: ReadAmount(ref reader); break;
            case Members.Fee: _entry.Fee = Long(ref reader); break;
            case Members.Code: _entry.Code = Text(ref reader); break;
            case Members.Why: _entry.Why = Pooled(ref reader); break;
            case Members.Cause: _entry.Cause = Pooled(ref reader); break;
            case Members.Reason: ReadReason(ref reader); break;
            case Members.By: _entry.By = Code(ref reader); break;
            case Members.Ranges: ReadRanges(ref reader); break;
            case Members.Place: _entry.Place = Long(ref reader); break;
            case Members.Quantity: _entry.Quantity = checked((int)Long(ref reader)); break;
            case Members.How: _entry.How = Pooled(ref reader); break;
            case Members.OriginBatch: _entry.OriginBatch = Text(ref reader); break;
            case Members.OriginPlace: _entry.OriginPlace = Long(ref reader); break;
            case Members.Places: _entry.Places = Long(ref reader); break;
            case Members.Command: _entry.Command = Pooled(ref reader); break;
            case Members.Until: _entry.Until = Instant(ref reader); break;
            case Members.Seconds: _entry.Seconds = Long(ref reader); break;
            case Members.Schedule: ReadSchedule(ref reader); break;
            case Members.Orders: _entry.Orders = Pooled(ref reader); break;
            default: throw new FormatException($"{member} is not a member");
        }
    }

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

    /// <summary>
    /// An operator's reason for one order or place is a code of a closed set: there is no free text about one person.
    /// </summary>
    private void ReadReason(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "a reason");
        _entry.Reason = reader.GetString()!;
        var isCoded = _entry.Type is EntryType.Released or EntryType.Left or EntryType.RefundOwed;
        if (isCoded && !ReasonCodes.Contains(_entry.Reason))
            throw new FormatException($"{_entry.Reason} is no reason of the closed set");
    }

    private void ReadSchedule(ref Utf8JsonReader reader)
    {
        Read(ref reader);
        using var document = JsonDocument.ParseValue(ref reader);
        _entry.Schedule = SaleSchedule.Read(document.RootElement);
    }

    /// <summary>What stands for a user or a key: 16 bytes in base64url, in their one canonical form.</summary>
    private string Code(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "22 characters of base64url");
        var text = _texts.Take(ref reader);
        return text.Length == CodeLength && !text.AsSpan().ContainsAnyExcept(CodeCharacters)
            && (text[^1] is 'A' or 'Q' or 'g' or 'w')
            ? text
            : throw new FormatException($"{text} is no alias and no hash of a key");
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
        _users?.RequireNone(text);
        return text.Length > 0 ? text : throw new FormatException("a text is empty");
    }

    private string Text(ref Utf8JsonReader reader)
    {
        Take(ref reader, JsonTokenType.String, "a text");
        var text = reader.GetString()!;
        _users?.RequireNone(text);
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

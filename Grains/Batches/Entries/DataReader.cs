using System.Text.Json;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>
/// Reads the members of an entry's <c>data</c> in the order in which <see cref="DataWriter"/> writes them. So a member
/// that is missing, unknown, repeated or out of order is refused: it stands where another member is expected.
/// </summary>
/// <remarks>A refusal is a <see cref="LedgerFormatException"/> or one of the JSON reader's own exceptions.</remarks>
internal ref struct DataReader(Utf8JsonReader json, long seq)
{
    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdef");

    private Utf8JsonReader _json = json;

    // Whether the reader stands on a token that is not consumed yet.
    private bool _isAhead;

    /// <summary>Sequence of the entry that is read.</summary>
    public readonly long Seq => seq;

    /// <summary>An order, as the sequence of its held entry.</summary>
    public long Order() => Order("order"u8);

    /// <summary>An order, as the sequence of its held entry.</summary>
    public long Order(ReadOnlySpan<byte> name)
    {
        Member(name);
        return OrderId.TryParse(_json.GetString(), out _, out var order) ? order : throw Malformed(name);
    }

    /// <summary>The order that this entry makes. Its name is the entry's own sequence.</summary>
    public void OwnOrder()
    {
        if (Order() != Seq) throw new LedgerFormatException("an entry that makes an order names another order");
    }

    /// <summary>A user's alias.</summary>
    public Alias Alias(ReadOnlySpan<byte> name)
    {
        Member(name);
        return _json.TokenType == JsonTokenType.String
            && GrainInterfaces.Users.Alias.TryRead(_json.ValueSpan, out var alias)
            ? alias : throw Malformed(name);
    }

    /// <summary>A user's alias, or null if the member is not there.</summary>
    public Alias? AliasIfAny(ReadOnlySpan<byte> name) => Has(name) ? Alias(name) : null;

    /// <summary>The hash of a client's key.</summary>
    public KeyHash Key()
    {
        Member("key"u8);
        return _json.TokenType == JsonTokenType.String && KeyHash.TryRead(_json.ValueSpan, out var key)
            ? key : throw Malformed("key"u8);
    }

    /// <summary>The hash of a client's key, or null if the member is not there.</summary>
    public KeyHash? KeyIfAny() => Has("key"u8) ? Key() : null;

    /// <summary>32 bytes, in hexadecimal.</summary>
    public byte[] Bytes(ReadOnlySpan<byte> name)
    {
        var text = Text(name);
        return text.Length == 64 && !text.AsSpan().ContainsAnyExcept(HexDigits)
            ? Convert.FromHexString(text) : throw Malformed(name);
    }

    /// <summary>A text.</summary>
    public string Text(ReadOnlySpan<byte> name)
    {
        Member(name);
        return _json.GetString() ?? throw Malformed(name);
    }

    /// <summary>A text, or null if the member is not there.</summary>
    public string? TextIfAny(ReadOnlySpan<byte> name) => Has(name) ? Text(name) : null;

    /// <summary>Whether the next member has this name.</summary>
    public bool Has(ReadOnlySpan<byte> name)
    {
        Next();
        _isAhead = true;
        return _json.TokenType == JsonTokenType.PropertyName && _json.ValueTextEquals(name);
    }

    /// <summary>One of several names; returns its position among them.</summary>
    public int OneOf(ReadOnlySpan<byte> name, string[] names)
    {
        var text = Text(name);
        return Array.IndexOf(names, text) is >= 0 and var position ? position
            : throw new LedgerFormatException($"unknown {System.Text.Encoding.UTF8.GetString(name)} {text}");
    }

    /// <summary>A whole number that fits into 32 bits.</summary>
    public int Int(ReadOnlySpan<byte> name) => checked((int)Number(name));

    /// <summary>A whole number.</summary>
    public long Number(ReadOnlySpan<byte> name)
    {
        Member(name);
        return _json.GetInt64();
    }

    /// <summary>A whole number, or null if the member is not there.</summary>
    public long? NumberIfAny(ReadOnlySpan<byte> name) => Has(name) ? Number(name) : null;

    /// <summary>An instant, in UTC milliseconds since 1970.</summary>
    public long Instant(ReadOnlySpan<byte> name)
    {
        Member(name);
        return LedgerLine.ReadInstant(ref _json);
    }

    /// <summary>One or more unit numbers.</summary>
    public int[] Units()
    {
        Member("units"u8);
        Token(JsonTokenType.StartArray);
        _json.Read();
        var first = _json.GetInt32();
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndArray) return [first];
        var units = new List<int> { first };
        for (; _json.TokenType != JsonTokenType.EndArray; _json.Read()) units.Add(_json.GetInt32());
        return [.. units];
    }

    /// <summary>Ranges of units. Their total must match the stated number of units.</summary>
    public UnitRange[] Ranges()
    {
        var count = Number("units"u8);
        Member("ranges"u8);
        Token(JsonTokenType.StartArray);
        var ranges = new List<UnitRange>();
        while (_json.Read() && _json.TokenType == JsonTokenType.StartArray)
        {
            _json.Read();
            var first = _json.GetInt32();
            _json.Read();
            ranges.Add(new UnitRange(first, _json.GetInt32()));
            _json.Read();
            Token(JsonTokenType.EndArray);
        }
        Token(JsonTokenType.EndArray);
        return ranges.Sum(range => range.Last - range.First + 1L) == count ? [.. ranges]
            : throw new LedgerFormatException("the number of units in the ranges differs from the stated one");
    }

    /// <summary>An amount of money.</summary>
    public Money Amount(ReadOnlySpan<byte> name)
    {
        Open(name);
        var amount = Number("amount"u8);
        var currency = string.Intern(Text("currency"u8));
        Close();
        return new Money(amount, currency);
    }

    /// <summary>The opening of an object.</summary>
    public void Open(ReadOnlySpan<byte> name)
    {
        Member(name);
        Token(JsonTokenType.StartObject);
    }

    /// <summary>The end of an object.</summary>
    public void Close()
    {
        Next();
        Token(JsonTokenType.EndObject);
    }

    /// <summary>A text, or a list of one or more.</summary>
    public string[] TextOrList(ReadOnlySpan<byte> name)
    {
        Member(name);
        if (_json.TokenType == JsonTokenType.String) return [_json.GetString()!];
        Token(JsonTokenType.StartArray);
        var texts = new List<string>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            texts.Add(_json.GetString() ?? throw Malformed(name));
        return [.. texts];
    }

    /// <summary>The end of the data and of the line.</summary>
    public void End()
    {
        Close();
        LedgerLine.Finish(ref _json);
    }

    private void Member(ReadOnlySpan<byte> name)
    {
        Next();
        if (_json.TokenType != JsonTokenType.PropertyName || !_json.ValueTextEquals(name))
            throw new LedgerFormatException(
                $"the member {System.Text.Encoding.UTF8.GetString(name)} is missing or out of order");
        _json.Read();
    }

    private void Next()
    {
        if (!_isAhead) _json.Read();
        _isAhead = false;
    }

    private readonly void Token(JsonTokenType token)
    {
        if (_json.TokenType != token) throw new LedgerFormatException($"expected {token}");
    }

    private static LedgerFormatException Malformed(ReadOnlySpan<byte> name) =>
        new($"the member {System.Text.Encoding.UTF8.GetString(name)} is malformed");
}

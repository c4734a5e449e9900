using System.Globalization;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>An entry with its place and time.</summary>
/// <param name="Seq">Sequence, 1 or more.</param>
/// <param name="At">Instant, UTC milliseconds since 1970.</param>
/// <param name="Entry">What happened.</param>
public readonly record struct StampedEntry(long Seq, long At, BatchEntry Entry);

/// <summary>
/// Reads a batch's ledger lines back. What it does not know, a type or a member, it refuses: a state half understood is worse than
/// none.
/// </summary>
public static class EntryReader
{
    /// <summary>Reads one line (with or without its line feed).</summary>
    /// <exception cref="LedgerFormatException">The line is damaged, or newer than this version.</exception>
    public static StampedEntry Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            var (seq, type, at) = LedgerLine.Open(ref json);
            BatchEntry entry;
            if (type == "created") entry = new Created(TermsFormat.Read(ref json));
            else entry = Make(type, seq, Members.Read(ref json));
            LedgerLine.Finish(ref json);
            return new(seq, at, entry);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new LedgerFormatException("the line is malformed", e);
        }
    }

    private static BatchEntry Make(string type, long seq, Members m) => type switch
    {
        "held" when m.Order == seq => new Held(Given(m.User), Given(m.Units), m.PayBy, m.Reservation, m.Key),
        "checkout-opened" => new CheckoutOpened(m.Order, Given(m.Checkout)),
        "sold" => new Sold(m.Order, Given(m.Payment), Given(m.Amount)),
        "released" => new Released(m.Order, Given(m.Units), m.Why switch
        {
            "expired" => ReleaseReason.Expired,
            "cancelled" => ReleaseReason.Cancelled,
            _ => throw new LedgerFormatException($"unknown reason {m.Why} of a release"),
        }),
        "refund-owed" => new RefundOwed(m.Order, Given(m.Payment), Given(m.Amount), m.Why switch
        {
            "expired" => RefundReason.Expired,
            "cancelled" => RefundReason.Cancelled,
            "duplicate" => RefundReason.Duplicate,
            "wrong-amount" => RefundReason.WrongAmount,
            "wrong-payer" => RefundReason.WrongPayer,
            _ => throw new LedgerFormatException($"unknown reason {m.Why} of a refund"),
        }),
        "refunded" => new RefundMade(m.Order, Given(m.Payment), Given(m.Refund), Given(m.Amount)),
        "reservation-cancelled" => new ReservationCancelled(Given(m.User), m.Reservation),
        "restocked" => new Restocked(Given(m.Ranges), Given(m.Reason), Given(m.By), Given(m.Key)),
        "withdrawn" => new Withdrawn(Given(m.Ranges), Given(m.Reason), Given(m.By), Given(m.Key)),
        "paused" => new PausedSale(Given(m.Reason), Given(m.By), Given(m.Key)),
        "resumed" => new ResumedSale(Given(m.Reason), Given(m.By), Given(m.Key)),
        "closed" => new ClosedSale(Given(m.Reason), Given(m.By), Given(m.Key)),
        _ => throw new LedgerFormatException($"unknown type {type}"),
    };

    private static T Given<T>(T? value) where T : class => value ?? throw new LedgerFormatException("a member is missing");

    private static Money Given(Money? value) => value ?? throw new LedgerFormatException("the amount is missing");

    // All members that any entry may have; each type takes those it requires.
    private struct Members
    {
        public long Order, PayBy, Reservation;
        public string? User, Key, Checkout, Payment, Refund, Why, Reason, By;
        public int[]? Units;
        public UnitRange[]? Ranges;
        public Money? Amount;

        public static Members Read(ref Utf8JsonReader json)
        {
            var m = default(Members);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("order"u8)) m.Order = ReadOrder(Text(ref json));
                else if (json.ValueTextEquals("user"u8)) m.User = Text(ref json);
                else if (json.ValueTextEquals("units"u8)) m.Units = ReadUnits(ref json);
                else if (json.ValueTextEquals("payBy"u8)) { json.Read(); m.PayBy = LedgerLine.ReadInstant(ref json); }
                else if (json.ValueTextEquals("reservation"u8)) { json.Read(); m.Reservation = json.GetInt64(); }
                else if (json.ValueTextEquals("key"u8)) m.Key = Text(ref json);
                else if (json.ValueTextEquals("checkout"u8)) m.Checkout = Text(ref json);
                else if (json.ValueTextEquals("payment"u8)) m.Payment = Text(ref json);
                else if (json.ValueTextEquals("refund"u8)) m.Refund = Text(ref json);
                else if (json.ValueTextEquals("amount"u8)) m.Amount = ReadMoney(ref json);
                else if (json.ValueTextEquals("why"u8)) m.Why = Text(ref json);
                else if (json.ValueTextEquals("ranges"u8)) m.Ranges = ReadRanges(ref json);
                else if (json.ValueTextEquals("reason"u8)) m.Reason = Text(ref json);
                else if (json.ValueTextEquals("by"u8)) m.By = Text(ref json);
                else throw new LedgerFormatException($"unknown member {json.GetString()}");
            }
            return m;
        }

        private static string Text(ref Utf8JsonReader json)
        {
            json.Read();
            return json.GetString() ?? throw new LedgerFormatException("a member is null");
        }

        private static long ReadOrder(string order) =>
            long.Parse(order.AsSpan(order.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture);

        private static int[]? ReadUnits(ref Utf8JsonReader json)
        {
            json.Read();
            // Restocked and withdrawn state their count here; their ranges say the same and more.
            if (json.TokenType == JsonTokenType.Number) return null;
            json.Read();
            var first = json.GetInt32();
            json.Read();
            if (json.TokenType == JsonTokenType.EndArray) return [first];
            var units = new List<int> { first };
            for (; json.TokenType != JsonTokenType.EndArray; json.Read()) units.Add(json.GetInt32());
            return [.. units];
        }

        private static UnitRange[] ReadRanges(ref Utf8JsonReader json)
        {
            json.Read();
            var pairs = JsonSerializer.Deserialize<int[][]>(ref json)!;
            return [.. pairs.Select(pair => pair.Length == 2
                ? new UnitRange(pair[0], pair[1])
                : throw new LedgerFormatException("a range is not a pair"))];
        }

        private static Money ReadMoney(ref Utf8JsonReader json)
        {
            long? amount = null;
            string? currency = null;
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("amount"u8)) { json.Read(); amount = json.GetInt64(); }
                else if (json.ValueTextEquals("currency"u8)) currency = string.Intern(Text(ref json));
                else throw new LedgerFormatException("an amount has an unknown member");
            }
            return new Money(amount ?? throw new LedgerFormatException("an amount is missing"), currency!);
        }
    }
}

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
/// Reads a batch's ledger lines back. What it does not know, a type or a member, it refuses: a state half understood is
/// worse than none.
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

    private static BatchEntry Make(string type, long seq, in Members m)
    {
        // Exactly the members of the type: one that is missing would be read as nothing, one too many would be passed
        // over.
        if ((type == "held" ? m.Given & ~Member.Key : m.Given) != MembersOf(type))
            throw new LedgerFormatException($"the members are not those of {type}");
        return type switch
        {
            "held" when m.Order == seq => new Held(m.User!, m.Units!, m.PayBy, m.Reservation, m.Key),
            "held" => throw new LedgerFormatException("a held entry names another order than its own"),
            "checkout-opened" => new CheckoutOpened(m.Order, m.Checkout!),
            "sold" => new Sold(m.Order, m.Payment!, m.Amount),
            "released" => new Released(m.Order, m.Units!, m.Why switch
            {
                "expired" => ReleaseReason.Expired,
                "cancelled" => ReleaseReason.Cancelled,
                _ => throw new LedgerFormatException($"unknown reason {m.Why} of a release"),
            }),
            "refund-owed" => new RefundOwed(m.Order, m.Payment!, m.Amount, m.Why switch
            {
                "expired" => RefundReason.Expired,
                "cancelled" => RefundReason.Cancelled,
                "duplicate" => RefundReason.Duplicate,
                "wrong-amount" => RefundReason.WrongAmount,
                "wrong-payer" => RefundReason.WrongPayer,
                _ => throw new LedgerFormatException($"unknown reason {m.Why} of a refund"),
            }),
            "refunded" => new RefundMade(m.Order, m.Payment!, m.Refund!, m.Amount),
            "reservation-cancelled" => new ReservationCancelled(m.User!, m.Reservation),
            "restocked" => new Restocked(m.CountedRanges(), m.Reason!, m.By!, m.Key!),
            "withdrawn" => new Withdrawn(m.CountedRanges(), m.Reason!, m.By!, m.Key!),
            "paused" => new PausedSale(m.Reason!, m.By!, m.Key!),
            "resumed" => new ResumedSale(m.Reason!, m.By!, m.Key!),
            _ => new ClosedSale(m.Reason!, m.By!, m.Key!),
        };
    }

    private static Member MembersOf(string type) => type switch
    {
        "held" => Member.Order | Member.User | Member.Units | Member.PayBy | Member.Reservation,
        "checkout-opened" => Member.Order | Member.Checkout,
        "sold" => Member.Order | Member.Payment | Member.Amount,
        "released" => Member.Order | Member.Units | Member.Why,
        "refund-owed" => Member.Order | Member.Payment | Member.Amount | Member.Why,
        "refunded" => Member.Order | Member.Payment | Member.Refund | Member.Amount,
        "reservation-cancelled" => Member.User | Member.Reservation,
        "restocked" or "withdrawn" => Member.Count | Member.Ranges | Member.Reason | Member.By | Member.Key,
        "paused" or "resumed" or "closed" => Member.Reason | Member.By | Member.Key,
        _ => throw new LedgerFormatException($"unknown type {type}"),
    };

    [Flags]
    private enum Member
    {
        Order = 1,
        User = 1 << 1,
        Units = 1 << 2,
        Count = 1 << 3,
        PayBy = 1 << 4,
        Reservation = 1 << 5,
        Key = 1 << 6,
        Checkout = 1 << 7,
        Payment = 1 << 8,
        Refund = 1 << 9,
        Amount = 1 << 10,
        Why = 1 << 11,
        Ranges = 1 << 12,
        Reason = 1 << 13,
        By = 1 << 14,
    }

    // All members that any entry may have, and which of them a line had.
    private struct Members
    {
        public Member Given;
        public long Order, PayBy, Reservation;
        public int Count;
        public string? User, Key, Checkout, Payment, Refund, Why, Reason, By;
        public int[]? Units;
        public UnitRange[]? Ranges;
        public Money Amount;

        public static Members Read(ref Utf8JsonReader json)
        {
            var m = default(Members);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var member = NameOf(ref json);
                json.Read();
                // Restocked and withdrawn state under this name how many units their ranges have.
                if (member == Member.Units && json.TokenType == JsonTokenType.Number) member = Member.Count;
                if ((m.Given & member) != 0) throw new LedgerFormatException("a member is there twice");
                m.Given |= member;
                switch (member)
                {
                    case Member.Order: m.Order = ReadOrder(Text(ref json)); break;
                    case Member.User: m.User = Text(ref json); break;
                    case Member.Units: m.Units = ReadUnits(ref json); break;
                    case Member.Count: m.Count = json.GetInt32(); break;
                    case Member.PayBy: m.PayBy = LedgerLine.ReadInstant(ref json); break;
                    case Member.Reservation: m.Reservation = json.GetInt64(); break;
                    case Member.Key: m.Key = Text(ref json); break;
                    case Member.Checkout: m.Checkout = Text(ref json); break;
                    case Member.Payment: m.Payment = Text(ref json); break;
                    case Member.Refund: m.Refund = Text(ref json); break;
                    case Member.Amount: m.Amount = ReadMoney(ref json); break;
                    case Member.Why: m.Why = Text(ref json); break;
                    case Member.Ranges: m.Ranges = ReadRanges(ref json); break;
                    case Member.Reason: m.Reason = Text(ref json); break;
                    default: m.By = Text(ref json); break;
                }
            }
            return m;
        }

        public readonly UnitRange[] CountedRanges() => Ranges!.Sum(range => range.Last - range.First + 1L) == Count
            ? Ranges!
            : throw new LedgerFormatException("the ranges have another number of units than is stated");

        private static Member NameOf(ref Utf8JsonReader json) =>
            json.ValueTextEquals("order"u8) ? Member.Order
            : json.ValueTextEquals("user"u8) ? Member.User
            : json.ValueTextEquals("units"u8) ? Member.Units
            : json.ValueTextEquals("payBy"u8) ? Member.PayBy
            : json.ValueTextEquals("reservation"u8) ? Member.Reservation
            : json.ValueTextEquals("key"u8) ? Member.Key
            : json.ValueTextEquals("checkout"u8) ? Member.Checkout
            : json.ValueTextEquals("payment"u8) ? Member.Payment
            : json.ValueTextEquals("refund"u8) ? Member.Refund
            : json.ValueTextEquals("amount"u8) ? Member.Amount
            : json.ValueTextEquals("why"u8) ? Member.Why
            : json.ValueTextEquals("ranges"u8) ? Member.Ranges
            : json.ValueTextEquals("reason"u8) ? Member.Reason
            : json.ValueTextEquals("by"u8) ? Member.By
            : throw new LedgerFormatException($"unknown member {json.GetString()}");

        private static string Text(ref Utf8JsonReader json) =>
            json.GetString() ?? throw new LedgerFormatException("a member is null");

        private static long ReadOrder(string order) =>
            OrderId.TryParse(order, out _, out var seq) ? seq : throw new LedgerFormatException("an order is malformed");

        private static int[] ReadUnits(ref Utf8JsonReader json)
        {
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
            var ranges = new List<UnitRange>();
            Expect(JsonTokenType.StartArray, json.TokenType);
            while (json.Read() && json.TokenType == JsonTokenType.StartArray)
            {
                json.Read();
                var first = json.GetInt32();
                json.Read();
                ranges.Add(new UnitRange(first, json.GetInt32()));
                json.Read();
                Expect(JsonTokenType.EndArray, json.TokenType);
            }
            Expect(JsonTokenType.EndArray, json.TokenType);
            return [.. ranges];
        }

        private static Money ReadMoney(ref Utf8JsonReader json)
        {
            long? amount = null;
            string? currency = null;
            Expect(JsonTokenType.StartObject, json.TokenType);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isAmount = json.ValueTextEquals("amount"u8);
                if (!isAmount && !json.ValueTextEquals("currency"u8)) throw new LedgerFormatException("an amount has an unknown member");
                if (isAmount ? amount is not null : currency is not null) throw new LedgerFormatException("a member is there twice");
                json.Read();
                if (isAmount) amount = json.GetInt64();
                else currency = string.Intern(Text(ref json));
            }
            return amount is { } minor && currency is not null
                ? new Money(minor, currency)
                : throw new LedgerFormatException("an amount is incomplete");
        }

        private static void Expect(JsonTokenType expected, JsonTokenType token)
        {
            if (token != expected) throw new LedgerFormatException($"expected {expected}");
        }
    }
}

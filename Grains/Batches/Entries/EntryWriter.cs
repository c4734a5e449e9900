using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>
/// Writes a batch's entries as ledger lines. The bytes are the record: they are hashed, stored and exported as they
/// are.
/// </summary>
#pragma warning disable CA1001 // The JSON writer holds no stream and nothing unmanaged.
public sealed class EntryWriter(string batch)
{
    // CJK names stay readable in the export; what JSON requires to be escaped still is.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter _json = new(Stream.Null, Options);

    /// <summary>Writes one line with its line feed.</summary>
    public void Write(IBufferWriter<byte> to, long seq, long at, BatchEntry entry)
    {
        _json.Reset(to);
        LedgerLine.Begin(_json, seq, EntryType.Of(entry), at);
        WriteData(seq, entry);
        LedgerLine.End(_json, to);
    }

    private void WriteData(long seq, BatchEntry entry)
    {
        switch (entry)
        {
            case Held e:
                WriteOrder(seq);
                _json.WriteString("user"u8, e.User);
                WriteUnits(e.Units);
                LedgerLine.WriteInstant(_json, "payBy"u8, e.PayBy);
                _json.WriteNumber("reservation"u8, e.Reservation);
                if (e.Key is not null) _json.WriteString("key"u8, e.Key);
                break;
            case CheckoutOpened e:
                WriteOrder(e.Order);
                _json.WriteString("checkout"u8, e.Checkout);
                break;
            case Sold e:
                WriteOrder(e.Order);
                WriteMoney(e.Payment, null, e.Amount);
                break;
            case Released e:
                WriteOrder(e.Order);
                WriteUnits(e.Units);
                _json.WriteString("why"u8, EntryType.NameOf(e.Why));
                break;
            case RefundOwed e:
                WriteOrder(e.Order);
                WriteMoney(e.Payment, null, e.Amount);
                _json.WriteString("why"u8, EntryType.NameOf(e.Why));
                break;
            case RefundMade e:
                WriteOrder(e.Order);
                WriteMoney(e.Payment, e.Refund, e.Amount);
                break;
            case ReservationCancelled e:
                _json.WriteString("user"u8, e.User);
                _json.WriteNumber("reservation"u8, e.Version);
                break;
            case Created e: TermsFormat.Write(_json, e.Terms); break;
            case Restocked e: WriteRanges(e.Ranges); WriteBy(e.Reason, e.By, e.Key); break;
            case Withdrawn e: WriteRanges(e.Ranges); WriteBy(e.Reason, e.By, e.Key); break;
            case PausedSale e: WriteBy(e.Reason, e.By, e.Key); break;
            case ResumedSale e: WriteBy(e.Reason, e.By, e.Key); break;
            case ClosedSale e: WriteBy(e.Reason, e.By, e.Key); break;
            default: throw new ArgumentOutOfRangeException(nameof(entry), entry, "unknown entry");
        }
    }

    private void WriteOrder(long seq) => _json.WriteString("order"u8, OrderId.Of(batch, seq));

    private void WriteUnits(int[] units)
    {
        _json.WriteStartArray("units"u8);
        foreach (var unit in units) _json.WriteNumberValue(unit);
        _json.WriteEndArray();
    }

    private void WriteRanges(UnitRange[] ranges)
    {
        _json.WriteNumber("units"u8, ranges.Sum(range => range.Count));
        _json.WriteStartArray("ranges"u8);
        foreach (var range in ranges)
        {
            _json.WriteStartArray();
            _json.WriteNumberValue(range.First);
            _json.WriteNumberValue(range.Last);
            _json.WriteEndArray();
        }
        _json.WriteEndArray();
    }

    private void WriteMoney(string payment, string? refund, Money amount)
    {
        _json.WriteString("payment"u8, payment);
        if (refund is not null) _json.WriteString("refund"u8, refund);
        TermsFormat.Write(_json, "amount"u8, amount);
    }

    private void WriteBy(string reason, string by, string key)
    {
        _json.WriteString("reason"u8, reason);
        _json.WriteString("by"u8, by);
        _json.WriteString("key"u8, key);
    }
}

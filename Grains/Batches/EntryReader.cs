using System.Text.Json;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Draws;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Reads a batch's ledger lines. It refuses unknown types and unknown members, because a state that is partly
/// understood is worse than none.
/// </summary>
public static class EntryReader
{
    // The most frequent types come first, because the list is searched for every line.
    private static readonly EntryKind[] Kinds =
    [
        .. OrderEntries.Kinds, .. PaymentEntries.Kinds, .. LineEntries.Kinds, .. ReservationEntries.Kinds,
        .. StockEntries.Kinds, .. DirectingEntries.Kinds, .. ChangeEntries.Kinds, .. OrderChangeEntries.Kinds,
        .. ReturnEntries.Kinds, .. ApprovalEntries.Kinds, .. NoticeEntries.Kinds, .. DrawEntries.Kinds,
        .. CarryEntries.Kinds,
    ];

    /// <summary>Reads one line (with or without its line feed).</summary>
    /// <exception cref="LedgerFormatException">The line is damaged, or newer than this version.</exception>
    public static StampedEntry Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            var (seq, at) = LedgerLine.Open(ref json, out var type);
            var data = new DataReader(json, seq);
            var entry = KindOf(type).Read(ref data);
            data.End();
            return new(seq, at, entry);
        }
        catch (Exception e) when (
            e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new LedgerFormatException("the line is malformed", e);
        }
    }

    private static EntryKind KindOf(ReadOnlySpan<byte> type)
    {
        foreach (var kind in Kinds)
        {
            if (kind.Type.SequenceEqual(type)) return kind;
        }
        throw new LedgerFormatException($"unknown type {System.Text.Encoding.UTF8.GetString(type)}");
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>
/// A user's registration for a batch, as its stream tells it: reserved and cancelled in turn, beginning with reserved.
/// So it is open exactly when its head is odd, and its version, which counts the reservations, follows from the head
/// alone.
/// </summary>
/// <param name="Seq">Sequence of the last entry; 0: none.</param>
/// <param name="At">Instant of the last entry, UTC milliseconds since 1970.</param>
public readonly record struct Reservation(long Seq, long At)
{
    /// <summary>Whether the user holds a reservation.</summary>
    public bool IsOpen => Seq % 2 == 1;

    /// <summary>How many times the user has reserved, which is the version of the latest; 0: never.</summary>
    public long Version => (Seq + 1) / 2;

    /// <summary>The next entry of the stream, at this instant.</summary>
    public Reservation Next(long at) => new(Seq + 1, Math.Max(at, At));
}

/// <summary>
/// Lines of a reservation's stream: <c>reserved</c> and <c>cancelled</c>, both with <c>user</c> and <c>reservation</c>
/// (the version).
/// </summary>
public static class ReservationEntries
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the entry that led to this reservation's state.</summary>
    public static void Write(IBufferWriter<byte> to, string user, Reservation reservation)
    {
        using var json = new Utf8JsonWriter(to, Options);
        LedgerLine.Begin(json, reservation.Seq, TypeOf(reservation), reservation.At);
        json.WriteString("user"u8, user);
        json.WriteNumber("reservation"u8, reservation.Version);
        LedgerLine.End(json, to);
    }

    /// <summary>Reads a line that follows <paramref name="before"/>.</summary>
    /// <exception cref="LedgerFormatException">It does not.</exception>
    public static Reservation Read(ReadOnlySpan<byte> line, Reservation before)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            var (seq, at) = LedgerLine.Open(ref json, out var type);
            var next = new Reservation(seq, at);
            if (seq != before.Seq + 1 || !type.SequenceEqual(TypeOf(next)))
                throw new LedgerFormatException($"a reservation's entry {before.Seq} is followed by {seq} of another type");
            return next;
        }
        catch (JsonException e)
        {
            throw new LedgerFormatException("the line is malformed", e);
        }
    }

    private static ReadOnlySpan<byte> TypeOf(Reservation reservation) => reservation.IsOpen ? "reserved"u8 : "cancelled"u8;
}

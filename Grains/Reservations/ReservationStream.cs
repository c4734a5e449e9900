using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Reservations;

/// <summary>
/// A user's registration for a batch, as its stream records it: reserved and cancelled in turn, starting with reserved.
/// So its version, which counts the reservations, follows from the sequence of the head. After an erasure the stream is
/// the one entry <c>erased</c> for ever.
/// </summary>
/// <param name="Seq">Sequence of the last entry; 0: none.</param>
/// <param name="At">Instant of the last entry, UTC milliseconds since 1970.</param>
/// <param name="User">The user; null: no entry yet, or erased.</param>
/// <param name="IsErased">Whether the user's data was erased.</param>
public readonly record struct Reservation(long Seq, long At, string? User = null, bool IsErased = false)
{
    /// <summary>Whether the user holds a reservation.</summary>
    public bool IsOpen => Seq % 2 == 1 && !IsErased;

    /// <summary>
    /// The number of times that the user has reserved, which is the version of the latest reservation; 0: never.
    /// </summary>
    public long Version => IsErased ? 0 : (Seq + 1) / 2;

    /// <summary>The next entry of the stream, at this instant.</summary>
    public Reservation Next(string user, long at) => new(Seq + 1, Math.Max(at, At), user);

    /// <summary>What callers are told of it.</summary>
    public ReservationView View(bool created) => new(Version, DateTimeOffset.FromUnixTimeMilliseconds(At), created);

    /// <summary>The only entry of a stream whose user was erased.</summary>
    public static Reservation Erased(long at) => new(1, at, IsErased: true);
}

/// <summary>
/// Lines of a reservation's stream: <c>reserved</c> and <c>cancelled</c>, both with <c>user</c> and <c>reservation</c>
/// (the version), or <c>erased</c>. The stream's name has the alias; the batch's ledger never has the user.
/// </summary>
public static class ReservationStream
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the entry that made this state.</summary>
    public static void Write(IBufferWriter<byte> to, Reservation reservation)
    {
        using var json = new Utf8JsonWriter(to, Options);
        LedgerLine.Begin(json, reservation.Seq, TypeOf(reservation), reservation.At);
        if (!reservation.IsErased)
        {
            json.WriteString("user"u8, reservation.User);
            json.WriteNumber("reservation"u8, reservation.Version);
        }
        LedgerLine.End(json, to);
    }

    /// <summary>Reads a line that follows <paramref name="before"/>.</summary>
    /// <exception cref="LedgerFormatException">The line does not follow it, or is malformed.</exception>
    public static Reservation Read(ReadOnlySpan<byte> line, Reservation before)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            var (seq, at) = LedgerLine.Open(ref json, out var type);
            var read = type.SequenceEqual("erased"u8)
                ? new Reservation(seq, at, IsErased: true)
                : new Reservation(seq, at, ReadUser(ref json));
            if (seq != before.Seq + 1 || before.IsErased || (read.IsErased && seq != 1)
                || !type.SequenceEqual(TypeOf(read)))
                throw new LedgerFormatException(
                    $"a reservation's entry {before.Seq} is followed by {seq} of another type");
            return read;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new LedgerFormatException("the line is malformed", e);
        }
    }

    private static string ReadUser(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("user"u8))
            throw new LedgerFormatException("a reservation's entry names no user");
        json.Read();
        return json.GetString() ?? throw new LedgerFormatException("a reservation's entry names no user");
    }

    private static ReadOnlySpan<byte> TypeOf(Reservation reservation) =>
        reservation.IsErased ? "erased"u8 : reservation.IsOpen ? "reserved"u8 : "cancelled"u8;
}

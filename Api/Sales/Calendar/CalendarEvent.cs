using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansSale.Api.Sales.Calendar;

/// <summary>One event as a calendar file of RFC 5545.</summary>
/// <param name="Id">The same for ever. A calendar that has an event of this id updates it.</param>
/// <param name="Revision">Greater than before when the time or the status has changed; at least 0.</param>
/// <param name="ChangedAt">When this revision was known.</param>
/// <param name="Starts">The beginning.</param>
/// <param name="Ends">The end.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Details">More about it; lines end with a line feed.</param>
/// <param name="Address">Its page, absolute and escaped.</param>
/// <param name="IsCancelled">Whether it does not take place. Then it has no alarm.</param>
internal sealed record CalendarEvent(
    string Id, int Revision, DateTimeOffset ChangedAt, DateTimeOffset Starts, DateTimeOffset Ends, string Title,
    string Details, string Address, bool IsCancelled)
{
    /// <summary>The media type of the file.</summary>
    public const string MediaType = "text/calendar";

    /// <summary>Longest line without its end, in bytes. Longer ones are folded.</summary>
    public const int MaxLineLength = 75;

    /// <summary>Minutes from the alarm to the beginning.</summary>
    public const int AlarmMinutes = 10;

    /// <summary>The file in UTF-8.</summary>
    public byte[] ToFile()
    {
        var file = new ArrayBufferWriter<byte>();
        foreach (var line in Lines()) Write(file, line);
        return file.WrittenSpan.ToArray();
    }

    private IEnumerable<string> Lines()
    {
        var title = Escaped(Title);
        string[] alarm =
        [
            "BEGIN:VALARM", "ACTION:DISPLAY", $"TRIGGER:-PT{AlarmMinutes}M", $"DESCRIPTION:{title}", "END:VALARM",
        ];
        return
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//OrleansSale//OrleansSale//EN",
            "BEGIN:VEVENT", $"UID:{Escaped(Id)}", $"SEQUENCE:{Revision.ToString(CultureInfo.InvariantCulture)}",
            $"DTSTAMP:{Stamp(ChangedAt)}", $"LAST-MODIFIED:{Stamp(ChangedAt)}",
            $"DTSTART:{Stamp(Starts)}", $"DTEND:{Stamp(Ends)}",
            $"SUMMARY:{title}", $"DESCRIPTION:{Escaped(Details)}", $"URL:{Address}",
            $"STATUS:{(IsCancelled ? "CANCELLED" : "CONFIRMED")}",
            // A sale makes nobody busy.
            "TRANSP:TRANSPARENT",
            .. IsCancelled ? [] : alarm,
            "END:VEVENT", "END:VCALENDAR",
        ];
    }

    private static string Stamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Escaped(string text) => text.Replace("\\", "\\\\").Replace(";", "\\;").Replace(",", "\\,")
        .ReplaceLineEndings("\\n");

    private static void Write(ArrayBufferWriter<byte> file, string line)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(line);
        for (var room = MaxLineLength; left.Length > room; room = MaxLineLength - 1)
        {
            // The further bytes of a character begin with the bits 10. It is not cut.
            while ((left[room] & 0xC0) == 0x80) room--;
            file.Write(left[..room]);
            file.Write("\r\n "u8);
            left = left[room..];
        }
        file.Write(left);
        file.Write("\r\n"u8);
    }
}

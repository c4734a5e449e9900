namespace OrleansSale.Tests.Audit;

/// <summary>The ledger's instants: <c>yyyy-MM-ddTHH:mm:ss.fffZ</c> and nothing else.</summary>
internal static class Stamp
{
    private static ReadOnlySpan<byte> Pattern => "dddd-dd-ddTdd:dd:dd.dddZ"u8;

    /// <summary>Reads a stamp; false if it is written in any other way or names no instant.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out DateTime instant)
    {
        instant = default;
        if (text.Length != Pattern.Length) return false;
        for (var at = 0; at < text.Length; at++)
        {
            if (Pattern[at] == 'd' ? text[at] is < (byte)'0' or > (byte)'9' : text[at] != Pattern[at]) return false;
        }

        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        var (hour, minute, second) = (Number(text[11..13]), Number(text[14..16]), Number(text[17..19]));
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;
        instant = new DateTime(year, month, day, hour, minute, second, Number(text[20..23]), DateTimeKind.Utc);
        return true;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits) value = value * 10 + (digit - '0');
        return value;
    }
}

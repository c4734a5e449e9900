namespace OrleansSale.Grains.Batches.Line;

/// <summary>
/// Counts the offers of units that came back in the last 10 minutes, to the minute. It follows from the entries alone.
/// </summary>
internal sealed class OfferPace
{
    private const int Minutes = 10;
    private const long MinuteMilliseconds = 60_000;

    // By minute modulo 10: the minute, and its offers.
    private readonly long[] _minutes = new long[Minutes];
    private readonly int[] _offers = new int[Minutes];

    /// <summary>Counts an offer that was made at this instant, ms.</summary>
    public void Take(long at)
    {
        var minute = at / MinuteMilliseconds;
        var slot = minute % Minutes;
        if (_minutes[slot] != minute) (_minutes[slot], _offers[slot]) = (minute, 0);
        _offers[slot]++;
    }

    /// <summary>How many were made in the 10 minutes before this instant, ms.</summary>
    public int CountAt(long now)
    {
        var (oldest, count) = (now / MinuteMilliseconds - Minutes, 0);
        for (var slot = 0; slot < Minutes; slot++)
            if (_minutes[slot] > oldest) count += _offers[slot];
        return count;
    }
}

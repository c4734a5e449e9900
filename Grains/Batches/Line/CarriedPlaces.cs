namespace OrleansSale.Grains.Batches.Line;

/// <summary>
/// Where the carried places of a line come from. They have the first numbers of the line, 1 to <see cref="Count"/>, in
/// the order of their origins: batch after batch, and in each by rising numbers.
/// </summary>
internal sealed class CarriedPlaces
{
    private readonly List<Range> _ranges = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Where the last one comes from; null: there is none.</summary>
    public Origin? Last => _ranges is [.., var last] ? new Origin(last.Batch, last.Places[^1]) : null;

    /// <summary>
    /// Whether a place may follow the last one. So no place joins twice, and none behind one that stood after it.
    /// </summary>
    public bool MayFollow(Origin origin) =>
        origin.Place >= 1
        && (_ranges is [.., var last] && last.Batch == origin.Batch
            ? origin.Place > last.Places[^1]
            : !_ranges.Exists(range => range.Batch == origin.Batch));

    /// <summary>Adds the next one.</summary>
    public void Add(Origin origin)
    {
        if (_ranges is not [.., var last] || last.Batch != origin.Batch)
            _ranges.Add(last = new Range(origin.Batch, Count, []));
        last.Places.Add(origin.Place);
        Count++;
    }

    /// <summary>The number of the place that came from there; 0: there is none.</summary>
    public long Find(Origin origin) =>
        _ranges.Find(range => range.Batch == origin.Batch) is { } range
        && range.Places.BinarySearch(origin.Place) is >= 0 and var index ? range.First + index + 1 : 0;

    /// <summary>Where a place comes from; null: it was not carried.</summary>
    public Origin? OriginOf(long number)
    {
        if (number < 1 || number > Count) return null;
        var range = _ranges.FindLast(range => range.First < number)!;
        return new Origin(range.Batch, range.Places[(int)number - range.First - 1]);
    }

    /// <summary>The places of a batch, by their numbers there, after one and up to another.</summary>
    public IEnumerable<Origin> Between(string batch, long after, long last)
    {
        if (_ranges.Find(range => range.Batch == batch) is not { } range) yield break;
        var from = range.Places.BinarySearch(after + 1);
        for (var i = from >= 0 ? from : ~from; i < range.Places.Count && range.Places[i] <= last; i++)
            yield return new Origin(batch, range.Places[i]);
    }

    // First is the number of carried places before it. The numbers rise.
    private sealed record Range(string Batch, int First, List<long> Places);
}

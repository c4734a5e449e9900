namespace OrleansSale.Tests.Audit;

/// <summary>
/// Places that were carried over from earlier batches of the product: each once, in their order, before anybody else
/// joins the line; and the units that are theirs.
/// </summary>
internal sealed class CarriedLine(SaleTerms terms, Violations violations)
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);
    private string _batch = "";
    private bool _opened;
    private bool _done;
    private long _joined;
    private long _bought;

    /// <summary>Places may still be carried.</summary>
    public bool Carrying => terms.BacklogUnits > 0 && _opened && !_done;

    /// <summary>How many of them wait.</summary>
    public int Waiting { get; set; }

    /// <summary>The sale opened.</summary>
    public void Open() => _opened = true;

    /// <summary>A place is carried.</summary>
    public void Join(LedgerEntry entry)
    {
        if (!Carrying) violations.Add(Invariant.Line, entry.Seq, "a place is carried, but none may be");
        if (_last.TryGetValue(entry.OriginBatch, out var last)
            && (entry.OriginPlace <= last || entry.OriginBatch != _batch))
            violations.Add(Invariant.I5, entry.Seq,
                $"place {entry.OriginPlace} of {entry.OriginBatch} is carried after place {last} of it");
        (_batch, _last[entry.OriginBatch]) = (entry.OriginBatch, entry.OriginPlace);
        _joined++;
    }

    /// <summary>All are carried.</summary>
    public void End(LedgerEntry entry)
    {
        if (!Carrying) violations.Add(Invariant.Line, entry.Seq, "the carrying ends, but none goes on");
        if (entry.Places != _joined)
            violations.Add(Invariant.Line, entry.Seq, $"{entry.Places} places are said to be carried, not {_joined}");
        _done = true;
    }

    /// <summary>Units were bought by somebody who has no place.</summary>
    public void Buy(int units) => _bought += units;

    /// <summary>
    /// The free units that are for whoever buys: all but those of the backlog, until so many were bought. As long as
    /// places are carried, or one of them waits, everything else is for the line.
    /// </summary>
    /// <param name="counts">The units.</param>
    /// <param name="waiting">How many places wait in all.</param>
    public int ForPurchases(UnitCounts counts, int waiting)
    {
        if (!Carrying && Waiting == 0) return waiting > 0 ? 0 : counts.Free;
        if (waiting > Waiting) return 0;
        var left = terms.Stock - terms.BacklogUnits - counts.Withdrawn - _bought;
        return (int)Math.Max(0, Math.Min(left, counts.Free));
    }
}

namespace OrleansSale.Tests.Audit;

/// <summary>
/// When a sale opens, pauses, closes and ends, and that units are held and places taken only in between (I3).
/// </summary>
internal sealed class SaleLife(SaleTerms terms, Violations violations)
{
    private SaleSchedule _schedule = terms.Schedule;
    private bool _opened;
    private bool _paused;
    private bool _closed;
    private bool _anonymised;

    // Closing a sale ends it in the same commit. So in the ledger the end follows the closing at once.
    private bool _mustEnd;

    /// <summary>Whether the sale has ended.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether the sale has opened and is not over. It may be paused.</summary>
    public bool IsOn => _opened && !Ended && !_closed;

    /// <summary>Called before every entry but the one that ends a closed sale, and at the end.</summary>
    public void CheckNothingOpen(long seq)
    {
        if (_mustEnd) violations.Add(Invariant.Life, seq, "the sale was closed, but has not ended");
        _mustEnd = false;
    }

    /// <summary>Whether this entry ends what the one before closed.</summary>
    public bool Closes(LedgerEntry entry) => _mustEnd && entry is { Type: EntryType.Ended, Cause: "operator" };

    /// <summary>The sale opened.</summary>
    public void Open(LedgerEntry entry)
    {
        if (_opened) violations.Add(Invariant.Life, entry.Seq, "opened twice");
        if (Ended || _closed) violations.Add(Invariant.Life, entry.Seq, "opened after its end");
        if (entry.At < _schedule.SaleOpens)
            violations.Add(Invariant.Life, entry.Seq, $"opened before {_schedule.SaleOpens:O}");
        _opened = true;
    }

    /// <summary>The sale ended.</summary>
    public void End(LedgerEntry entry)
    {
        if (Ended) violations.Add(Invariant.Life, entry.Seq, "ended twice");
        if (entry.Cause is not ("schedule" or "operator"))
            violations.Add(Invariant.Form, entry.Seq, $"ended because of {entry.Cause}");
        if (entry.Cause == "operator" && !_closed)
            violations.Add(Invariant.Life, entry.Seq, "ended by an operator who closed nothing");
        if (entry.Cause == "schedule" && entry.At < _schedule.SaleCloses)
            violations.Add(Invariant.Life, entry.Seq, $"ended before {_schedule.SaleCloses:O}");
        (Ended, _mustEnd) = (true, false);
    }

    /// <summary>Pause, resume, close.</summary>
    public void Direct(EntryType type)
    {
        if (type != EntryType.Closed) _paused = type == EntryType.Paused;
        else (_closed, _mustEnd) = (true, !Ended);
    }

    /// <summary>A recall pauses the sale.</summary>
    public void Recall() => _paused = true;

    /// <summary>Another schedule comes into force: only instants that are still to come are others.</summary>
    public void Reschedule(LedgerEntry entry)
    {
        if (Ended || _closed) violations.Add(Invariant.Life, entry.Seq, "rescheduled after its end");
        var next = entry.Schedule!;
        if (next == _schedule) violations.Add(Invariant.Life, entry.Seq, "rescheduled to the same schedule");
        foreach (var ((name, before), (_, after)) in _schedule.Instants.Zip(next.Instants))
        {
            if (before == after) continue;
            if (before <= entry.At) violations.Add(Invariant.Life, entry.Seq, $"{name} has passed, but is moved");
            if (after <= entry.At) violations.Add(Invariant.Life, entry.Seq, $"{name} is moved into the past");
        }

        if (next.SaleOpens < _schedule.SaleOpens)
            violations.Add(Invariant.Life, entry.Seq, "the sale would open earlier than it was promised");
        _schedule = next;
    }

    /// <summary>The personal data was removed: the sale has ended, and nothing is open.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="held">Units held.</param>
    /// <param name="owed">Payments owed back.</param>
    public void Anonymise(LedgerEntry entry, int held, int owed)
    {
        if (_anonymised) violations.Add(Invariant.Life, entry.Seq, "anonymised twice");
        if (!Ended) violations.Add(Invariant.Life, entry.Seq, "anonymised before its end");
        if (held > 0) violations.Add(Invariant.Life, entry.Seq, $"anonymised while {held} units are held");
        if (owed > 0) violations.Add(Invariant.Life, entry.Seq, $"anonymised while {owed} payments are owed");
        _anonymised = true;
    }

    /// <summary>Checks that units may be held, or a place taken, now.</summary>
    public void CheckOnSale(LedgerEntry entry)
    {
        if (!_opened) Violate(entry, "and the sale has not opened");
        if (Ended) Violate(entry, "and the sale has ended");
        if (entry.At < _schedule.SaleOpens) Violate(entry, "before the sale opened");
        if (entry.At >= _schedule.SaleCloses) Violate(entry, "after the sale's end");
        if (_paused) Violate(entry, "while paused");
        if (_closed) Violate(entry, "after the batch was closed");
    }

    private void Violate(LedgerEntry entry, string when) =>
        violations.Add(Invariant.I3, entry.Seq, $"{(entry.Type == EntryType.Joined ? "joined" : "held")} {when}");
}

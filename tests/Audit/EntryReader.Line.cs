namespace OrleansSale.Tests.Audit;

// What the members of an entry about the line must be like together.
internal sealed partial class EntryReader
{
    private void RequireWhoRemoved()
    {
        var isRemoved = _entry.Why == "removed";
        if (!isRemoved && _entry.Why is not ("left" or "passed"))
            throw new FormatException($"a place ends because of {_entry.Why}");
        RequireAll(isRemoved, "a removal");
        if (isRemoved && _entry.Reason == "recalled") throw new FormatException("a recall removes no place");
    }

    // Only a carried place has an origin, and no client's key made it.
    private void RequireOrigin()
    {
        if (_entry.How is not ("standby" or "carried"))
            throw new FormatException($"joining by {_entry.How} has no rules in this version");
        var isCarried = _entry.How == "carried";
        if (_entry.Has(Members.OriginBatch) != isCarried || _entry.Has(Members.OriginPlace) != isCarried)
            throw new FormatException("a carried place has no origin, or another has one");
        if (isCarried && _entry.Key is not null) throw new FormatException("a carried place has a key");
    }
}

namespace OrleansSale.Tests.Audit;

/// <summary>
/// The operators' commands that concern one buyer, and those that wait for a second operator: each key names one
/// command, and what was approved is what follows.
/// </summary>
internal sealed class CommandBook(Violations violations)
{
    /// <summary>Most commands that wait at the same time.</summary>
    public const int MaxWaiting = 100;

    private readonly HashSet<(string By, string Key)> _done = [];
    private readonly Dictionary<string, Proposal> _waiting = new(StringComparer.Ordinal);
    private Proposal? _approved;

    /// <summary>Called for every entry.</summary>
    public void Follow(LedgerEntry entry)
    {
        if (_approved is { } approved && !approved.IsCarriedOutBy(entry))
            Violate(entry, $"{entry.Type} follows the approval of {approved.Command}");
        _approved = null;
        switch (entry.Type)
        {
            case EntryType.Proposed: Propose(entry); break;
            case EntryType.Approved: Approve(entry); break;
            case EntryType.Granted or EntryType.Revived or EntryType.Shipped or EntryType.Restocked
                or EntryType.Extended or EntryType.Released or EntryType.Left or EntryType.RefundOwed
                when entry.Key is not null:
                Do(entry);
                break;
        }
    }

    /// <summary>The check at the end.</summary>
    public void End(long seq)
    {
        if (_approved is { } approved)
            violations.Add(Invariant.Commands, seq, $"{approved.Command} was approved, but not carried out");
    }

    private void Propose(LedgerEntry entry)
    {
        foreach (var gone in _waiting.Where(waiting => entry.At >= waiting.Value.Until).ToList())
            _waiting.Remove(gone.Key);
        if (entry.Until <= entry.At) Violate(entry, "a command is void at once");
        if (_waiting.Count >= MaxWaiting) Violate(entry, $"more than {MaxWaiting} commands wait");
        if (_done.Contains((entry.By, entry.Key!))) Violate(entry, "a command waits that was carried out");
        var proposal = new Proposal(
            entry.Command, entry.By, entry.Until, entry.Alias, entry.Order, entry.Place, entry.UnitCount,
            entry.Seconds);
        if (!_waiting.TryAdd(entry.Key!, proposal)) Violate(entry, $"{entry.Key} waits already");
    }

    private void Approve(LedgerEntry entry)
    {
        if (!_waiting.TryGetValue(entry.Key!, out var proposal) || entry.At >= proposal.Until)
        {
            Violate(entry, $"{entry.Key} does not wait for a second operator");
            return;
        }

        if (proposal.By == entry.By) Violate(entry, $"{entry.By} approves their own command");
        _approved = proposal;
    }

    // Releases, removals and refunds may have no key of an operator.
    private void Do(LedgerEntry entry)
    {
        if (!_done.Add((entry.By, entry.Key!)))
            Violate(entry, $"{entry.By}'s command {entry.Key} is carried out a second time");
        _waiting.Remove(entry.Key!);
    }

    private void Violate(LedgerEntry entry, string what) => violations.Add(Invariant.Commands, entry.Seq, what);

    private sealed record Proposal(
        string Command, string By, DateTime Until, string Alias, long Order, long Place, int Units, long Seconds)
    {
        public bool IsCarriedOutBy(LedgerEntry entry) => entry.Has(Members.By) && entry.By == By && Command switch
        {
            "grant" => entry.Type == EntryType.Granted && entry.Alias == Alias
                && entry.Units.Count == Units,
            "revive" => entry.Type == EntryType.Revived && entry.Order == Order,
            "extend" => entry.Type == EntryType.Extended && entry.Seconds == Seconds,
            "remove-place" => entry.Type == EntryType.Left && entry.Place == Place,
            _ => entry.Type == EntryType.Restocked && entry.UnitCount == Units,
        };
    }
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Entries;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>A command that waits for a second operator.</summary>
/// <param name="Command">The command.</param>
/// <param name="Seq">Sequence of its entry.</param>
/// <param name="At">When it was given, ms.</param>
/// <param name="Until">From this instant on it is void, ms.</param>
public sealed record Proposal(IKeyedCommand Command, long Seq, long At, long Until);

/// <summary>
/// The commands that wait for a second operator. They are in the ledger, so they survive a crash. One that nobody
/// approves in time is void: its key is free again.
/// </summary>
public sealed class ApprovalBook
{
    /// <summary>Most commands of a batch that wait at the same time.</summary>
    public const int MaxWaiting = 100;

    // Those that are void stay until the next one comes.
    private readonly List<Proposal> _proposals = [];
    private readonly Dictionary<KeyHash, IKeyedCommand> _approved = [];
    private Proposal? _approving;

    /// <summary>Those that wait at an instant, oldest first.</summary>
    /// <param name="now">Instant, ms.</param>
    public IEnumerable<Proposal> WaitingAt(long now) => _proposals.Where(proposal => now < proposal.Until);

    /// <summary>The command of this key that waits at an instant; null: none.</summary>
    public Proposal? Find(KeyHash key, long now) =>
        WaitingAt(now).FirstOrDefault(proposal => proposal.Command.Key == key);

    /// <summary>The command of this key that was approved, and so carried out; null: none.</summary>
    public IKeyedCommand? FindApproved(KeyHash key) => _approved.GetValueOrDefault(key);

    internal void Apply(long seq, long at, ApprovalEntry entry)
    {
        switch (entry)
        {
            case Proposed e:
                ThrowUnless(e.Until > at, seq, "a command that is void at once");
                ThrowUnless(Find(e.Command.Key, at) is null, seq, "a command that waits already");
                ThrowUnless(WaitingAt(at).Count() < MaxWaiting, seq, "more commands that wait than the bound");
                _proposals.RemoveAll(proposal => at >= proposal.Until);
                _proposals.Add(new Proposal(e.Command, seq, at, e.Until));
                break;
            case Approved e:
                var proposal = Find(e.Key, at);
                ThrowUnless(proposal is not null, seq, "an approval of a command that does not wait");
                ThrowUnless(proposal!.Command.By != e.By, seq, "an approval by the operator who gave the command");
                _approving = proposal;
                break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    /// <summary>Throws if the entry before was an approval, and this is not the command that it approved.</summary>
    internal void RequireApproved(long seq, IKeyedCommand? command) =>
        ThrowUnless(_approving is null || (command is not null && _approving.Command.Repeats(command)), seq,
            "an approval without its command");

    /// <summary>A command was carried out: it waits no more.</summary>
    internal void Record(IKeyedCommand command)
    {
        if (_approving is not null) _approved.Add(command.Key, command);
        _approving = null;
        _proposals.RemoveAll(proposal => proposal.Command.Key == command.Key);
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;

namespace OrleansSale.Grains.Batches.Commands;

/// <summary>
/// The rules for commands that need two operators. A command that could be carried out is written down first. A second
/// operator has it carried out, if it still can be: the approval and what the command does are one commit.
/// </summary>
public static class ApprovalRules
{
    /// <summary>
    /// Decides whether a command waits for a second operator. A refused command and one that changes nothing never
    /// wait. The same command again, while it waits, still waits; another one under its key is a conflict.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="command">The command.</param>
    /// <param name="decided">What it would do now.</param>
    /// <param name="within">How long it waits, ms; 0: one operator is enough.</param>
    /// <param name="now">Instant, ms.</param>
    public static Decision<Answer<Effect>> Propose(
        SaleBatch batch, IKeyedCommand command, in Decision<Answer<Effect>> decided, long within, long now)
    {
        var waiting = batch.Approvals.Find(command.Key, now);
        if (waiting is not null && !waiting.Command.Repeats(command))
            return Conflict("the key was used for another command");
        var isOnSale = batch.Directing is { IsOpen: true, IsOver: false };
        var needsTwo = within > 0 && isOnSale && ProposalFormat.Takes(command);
        if (needsTwo && waiting is not null) return new(Effect.Proposed);
        if (!needsTwo || decided.Entries.Length == 0) return decided;
        return batch.Approvals.WaitingAt(now).Count() < ApprovalBook.MaxWaiting
            ? new(Effect.Proposed, new Proposed(command, now + within))
            : Conflict($"{ApprovalBook.MaxWaiting} commands wait for a second operator already, which is the most");
    }

    /// <summary>
    /// Decides an approval. Already so if the command was approved before. Not-found: none of this key waits. Conflict:
    /// the operator gave the command. A command that cannot be carried out now is refused as its own rule says, and
    /// goes on waiting.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="by">The operator who approves.</param>
    /// <param name="key">The hash of the command's key.</param>
    /// <param name="now">Instant, ms.</param>
    public static Decision<Answer<Effect>> DecideApprove(SaleBatch batch, Alias by, KeyHash key, long now)
    {
        if (batch.Approvals.FindApproved(key) is not null) return new(Effect.AlreadySo);
        if (batch.Approvals.Find(key, now) is not { Command: var command } proposal)
        {
            return new(new Answer<Effect>(
                Refusal.NotFound, "no command of this key waits for a second operator, or not any more"));
        }
        if (command.By == by) return Conflict("another operator than the one who gave the command has to approve it");
        // Who has cancelled the reservation since does not want the units, and may have been erased.
        if (command is BuyerCommand { Buyer: { } buyer } && batch.Reservations.LastCancellationOf(buyer) > proposal.Seq)
            return Conflict("the user has cancelled the reservation since");
        var decided = command is BuyerCommand ofBuyer
            ? BuyerRules.Decide(batch, ofBuyer, now)
            : CommandRules.Decide(batch, (OperatorCommand)command, now);
        return decided.Entries.Length == 0
            ? decided : new(decided.Outcome, [new Approved(by, key), .. decided.Entries]);
    }

    /// <summary>The command of this key that waits, or was approved; null: there is none.</summary>
    public static IKeyedCommand? FindApprovable(SaleBatch batch, KeyHash key, long now) =>
        batch.Approvals.Find(key, now)?.Command ?? batch.Approvals.FindApproved(key);

    /// <summary>A command that waits, for callers.</summary>
    public static ProposalView View(Proposal proposal) => new(
        proposal.Command.Key, proposal.Command.By, DateTimeOffset.FromUnixTimeMilliseconds(proposal.At),
        DateTimeOffset.FromUnixTimeMilliseconds(proposal.Until), proposal.Command as OperatorCommand,
        proposal.Command as BuyerCommand, proposal.Seq);

    private static Decision<Answer<Effect>> Conflict(string detail) =>
        new(new Answer<Effect>(Refusal.Conflict, detail));
}

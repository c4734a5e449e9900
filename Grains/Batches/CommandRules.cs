using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Carrying;
using OrleansSale.Grains.Batches.Changing;
using OrleansSale.Grains.Batches.Directing;

namespace OrleansSale.Grains.Batches;

/// <summary>The one place that decides every command of an operator to a batch, by the rules for its kind.</summary>
public static class CommandRules
{
    /// <summary>Decides a command. Already so: its effect is in place, or its key has carried it out before.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="command">The command.</param>
    /// <param name="now">Instant, ms.</param>
    public static Decision<Answer<Effect>> Decide(SaleBatch batch, OperatorCommand command, long now) =>
        command.Action switch
        {
            OperatorAction.Extend or OperatorAction.Reschedule or OperatorAction.Recall =>
                ChangeRules.Decide(batch, command, now),
            OperatorAction.DropBacklog => CarryRules.DecideDrop(batch, command),
            _ => OperatorRules.Decide(batch, command),
        };
}

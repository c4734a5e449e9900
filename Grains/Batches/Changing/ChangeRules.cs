using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Batches.Changing;

/// <summary>
/// The rules for commands that change what buyers were promised: more time, other times, or no order at all.
/// </summary>
public static class ChangeRules
{
    /// <summary>Decides a command to extend, to reschedule or to recall.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="command">The command.</param>
    /// <param name="now">Instant, ms.</param>
    public static Decision<Answer<Effect>> Decide(SaleBatch batch, OperatorCommand command, long now) =>
        OperatorRules.FindAnswered(batch, command) is { } answered ? new(answered)
        : command.Action switch
        {
            OperatorAction.Extend => DecideExtend(batch, command),
            OperatorAction.Reschedule => DecideReschedule(batch, command, now),
            OperatorAction.Recall => DecideRecall(batch, command),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.Action, "unknown change"),
        };

    // Holds whose deadline has passed and which are not released yet are live, and get the time too. So operators may
    // extend as late as the grace lasts. After the end of the sale live holds go on, so they may be extended then.
    private static Decision<Answer<Effect>> DecideExtend(SaleBatch batch, OperatorCommand command)
    {
        if (command.Seconds is < 1 or > OperatorCommand.MaxExtensionSeconds)
            return new(new Answer<Effect>(Refusal.InvalidRequest, "seconds"));
        var longest = batch.Orders.LongestWindow();
        if (longest == 0) return new(Effect.AlreadySo);
        var seconds = OperatorCommand.MaxHoldSeconds - (longest / 1_000) - (longest % 1_000 > 0 ? 1 : 0);
        return command.Seconds <= seconds
            ? new(Effect.Done, new Extended(command.Seconds, command.Reason, command.By, command.Key))
            : new(new Answer<Effect>(Refusal.Conflict,
                $"a hold lasts at most {OperatorCommand.MaxHoldSeconds} s, so only {seconds} s are left"));
    }

    private static Decision<Answer<Effect>> DecideReschedule(SaleBatch batch, OperatorCommand command, long now)
    {
        if (command.Schedule is not { } schedule) return new(new Answer<Effect>(Refusal.InvalidRequest, "schedule"));
        if (batch.Directing.IsOver) return new(Refusal.SaleClosed);
        if (schedule == batch.Directing.Schedule) return new(Effect.AlreadySo);
        return ScheduleRules.Refuse(batch.Directing.Schedule, schedule, now) is var (refusal, detail)
            ? new(new Answer<Effect>(refusal, detail))
            : new(Effect.Done, new Rescheduled(schedule, command.Reason, command.By, command.Key));
    }

    private static Decision<Answer<Effect>> DecideRecall(SaleBatch batch, OperatorCommand command)
    {
        if (command.Orders is not { } orders || !Enum.IsDefined(orders))
            return new(new Answer<Effect>(Refusal.InvalidRequest, "orders"));
        return RecallRules.Refuse(batch) is { } refused
            ? new(refused)
            : new(Effect.Done, new Recalled(orders, command.Reason, command.By, command.Key));
    }
}

using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps of operators.</summary>
internal sealed partial class Player
{
    private void Play(Operate operate)
    {
        DoDue(_history.IsBehind);
        var units = operate.Action is OperatorAction.Restock or OperatorAction.Withdraw ? operate.Units : 0;
        Operate(new OperatorCommand(
            operate.Action, units, "because", LiveBatch.Boss, LiveBatch.CommandKey($"o{operate.Key}"))
        {
            Seconds = operate.Action != OperatorAction.Extend ? 0
                : operate.Units switch { 1 => 1, 2 => 2, 3 => 86_400, _ => 86_401 },
            Schedule = operate.Action == OperatorAction.Reschedule ? _naive.Schedule : null,
            Orders = operate.Action == OperatorAction.Recall ? (RecalledOrders)(operate.Units - 1) : null,
        });
    }

    private void Play(Move move)
    {
        DoDue(_history.IsBehind);
        var schedule = _naive.Schedule;
        Operate(new OperatorCommand(
            OperatorAction.Reschedule, 0, "because", LiveBatch.Boss, LiveBatch.CommandKey($"o{move.Key}"))
        {
            Schedule = move.Instant switch
            {
                0 => schedule with { ReservationOpens = Moved(schedule.ReservationOpens) },
                1 => schedule with { ReservationCloses = Moved(schedule.ReservationCloses) },
                2 => schedule with { SaleOpens = Moved(schedule.SaleOpens) },
                _ => schedule with { SaleCloses = Moved(schedule.SaleCloses) },
            },
        });

        DateTimeOffset Moved(DateTimeOffset instant) =>
            (move.FromNow ? LiveBatch.Instant(Now) : instant).AddMilliseconds(move.Milliseconds);
    }

    private void Operate(OperatorCommand command)
    {
        var expected = _naive.ExpectOperate(command, Now);
        // Closing ends the sale in the same commit, unless it has ended.
        var isClosing = command.Action == OperatorAction.Close && !_naive.Ended;
        Carry($"{command.Action}", command, expected, Pure(() => CommandRules.Decide(State, command, Now)),
            isClosing ? 2 : 1);
        _naive.Ended.ShouldBe(_naive.Ended || _naive.Closed);
    }
}

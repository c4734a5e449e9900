using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The steps of operators.</summary>
internal sealed partial class Player
{
    private static readonly Alias Deputy = LiveBatch.AliasOf("weibo:deputy");

    private BuyerCommand? _last;

    private void Play(Change change)
    {
        var (by, user) = (LiveBatch.Boss, LiveBatch.AliasOf(History.Users[change.User]));
        // Some keys are those of commands about the whole batch.
        var key = LiveBatch.CommandKey($"o{change.Key}");
        var command = change.Action switch
        {
            BuyerAction.Grant => BuyerCommand.Grant(user, change.Units, change.Reason, by, key),
            BuyerAction.RemovePlace =>
                BuyerCommand.OnPlace(PlaceAt(change.Number), change.Reason, by, key),
            _ => BuyerCommand.OnOrder(
                change.Action, OrderFor(change.Action, change.Number), change.Reason, by, key),
        };
        Play(_last = command);
    }

    // Few revivals can be done. So every second one is of an order that has expired, if there is one.
    private long OrderFor(BuyerAction action, int index) =>
        action == BuyerAction.Revive && index % 2 == 0
        && _naive.Orders.FindLast(order => order.State == NaiveState.Expired) is { } expired
            ? expired.Seq : OrderAt(index);

    // Every second one waits, if any does.
    private long PlaceAt(int index) => index % 2 == 0 && _naive.NextInLine is { } next
        ? next.Number : index % (_naive.Places.Count + 1) + 1;

    private void PlayAgain()
    {
        if (_last is { } command) Play(command with { Reason = CancelReason.Other });
    }

    private void Play(BuyerCommand command)
    {
        DoDue(_history.IsBehind);
        var refunded = command.Action == BuyerAction.Refund ? _naive.Find(command.Number) : null;
        var wasShipped = refunded?.ShippedUnder is not null;
        // Nothing is owed of a payment that went back elsewhere.
        var isEmpty = refunded?.Payment is { } payment && _naive.Payments[payment].IsEmpty;
        var most = refunded is not null && !wasShipped && !isEmpty ? 2 : 1;
        Carry(wasShipped ? "Refund of a shipped order" : $"{command.Action}", command,
            _naive.ExpectCommand(command, Now), Pure(() => BuyerRules.Decide(State, command, Now)), most);
        var order = BuyerRules.OrderOf(State, command);
        if (command.Action != BuyerAction.Grant) return;
        if (_naive.Grants.TryGetValue(command.Key, out var seq)) order.ShouldNotBeNull().Seq.ShouldBe(seq);
        else order.ShouldBeNull();
    }

    private void Play(Approve approve)
    {
        DoDue(_history.IsBehind);
        KeyHash[] keys =
        [
            .. _naive.Proposals.Select(proposal => proposal.Command.Key), .. _naive.Approved,
            LiveBatch.CommandKey($"o{approve.Index}"),
        ];
        var key = keys[approve.Index % keys.Length];
        var by = approve.ByOther ? Deputy : LiveBatch.Boss;
        var expected = _naive.ExpectApproval(by, key, Now);
        var decision = Pure(() => ApprovalRules.DecideApprove(State, by, key, Now));
        Tell($"approve {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        decision.Entries.Length.ShouldBe(expected is { Refused: null, Value: Effect.Done } ? 2 : 0);
        Commit(decision.Entries);
    }

    // Carries a command out, or has it wait for a second operator.
    private void Carry(
        string what, IKeyedCommand command, Answer<Effect> expected, Decision<Answer<Effect>> decided, int most)
    {
        (decided.Outcome.Refused, decided.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        var isDone = expected is { Refused: null, Value: Effect.Done };
        decided.Entries.Length.ShouldBe(isDone ? most : 0);
        var needsTwo = _history.ApprovalWithin > 0 && _naive.NeedsTwo(command);
        if (_naive.ProposalOf(command.Key, Now) is { } waiting)
        {
            expected = !waiting.Repeats(command) ? Refusal.Conflict : needsTwo ? Effect.Proposed : expected;
            isDone &= expected is { Refused: null, Value: Effect.Done };
        }
        else if (needsTwo && isDone) expected = _naive.WaitingProposals(Now) < 100 ? Effect.Proposed : Refusal.Conflict;
        var isNew = expected is { Refused: null, Value: Effect.Proposed }
            && _naive.ProposalOf(command.Key, Now) is null;
        var decision = Pure(() => ApprovalRules.Propose(State, command, decided, _history.ApprovalWithin, Now));
        Tell($"{what} {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        decision.Entries.Length.ShouldBe(
            isNew ? 1 : expected is { Refused: null, Value: Effect.Done } ? most : 0);
        Commit(decision.Entries);
    }
}

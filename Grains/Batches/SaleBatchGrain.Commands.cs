using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches;

// The operators' commands that concern one buyer, and those that need two operators.
public sealed partial class SaleBatchGrain
{
    private long ApprovalMilliseconds => approvalOptions.Value.ApprovalSeconds * 1000L;

    /// <inheritdoc />
    public async Task<Answer<CommandOutcome>> CommandAsync(BuyerCommand command)
    {
        var now = Batch.DoDue();
        return await CarryOutAsync(command, ApprovalRules.Propose(
            Batch.State, command, BuyerRules.Decide(Batch.State, command, now), ApprovalMilliseconds, now), now);
    }

    /// <inheritdoc />
    public Task<Answer<Effect>> CheckAsync(BuyerCommand command)
    {
        var now = Batch.DoDue();
        return Batch.Journal.WhenDurableAsync(ApprovalRules.Propose(
            Batch.State, command, BuyerRules.Decide(Batch.State, command, now), ApprovalMilliseconds, now).Outcome);
    }

    /// <inheritdoc />
    public async Task<Answer<CommandOutcome>> ApproveAsync(Alias by, KeyHash key)
    {
        var now = Batch.DoDue();
        var command = ApprovalRules.FindApprovable(Batch.State, key, now);
        return await CarryOutAsync(command, ApprovalRules.DecideApprove(Batch.State, by, key, now), now);
    }

    /// <inheritdoc />
    public Task<ProposalView[]> ListProposalsAsync()
    {
        var now = Batch.Now;
        return Batch.Journal.WhenDurableAsync(
            Batch.State.Approvals.WaitingAt(now).Select(ApprovalRules.View).ToArray());
    }

    // Decides, and answers with the order as it is then, once it is durable.
    private async Task<Answer<CommandOutcome>> CarryOutAsync(
        IKeyedCommand? command, Decision<Answer<Effect>> decision, long now)
    {
        var wasLive = OrderOf(command)?.IsLive;
        var decided = Batch.Take(decision, now);
        // What it frees goes to the line in the same commit.
        Batch.DoDue();
        var order = OrderOf(command);
        var answer = decided.Refused is { } refusal
            ? new Answer<CommandOutcome>(refusal, decided.Detail)
            : new CommandOutcome(decided.Value, order is null ? null : Batch.State.Orders.View(order));
        answer = await Batch.Journal.WhenDurableAsync(answer);
        // It was cancelled or revived.
        if (wasLive is not null && order!.IsLive != wasLive) _upkeep!.WatchCheckoutOf(order.Seq);
        return answer;
    }

    private Order? OrderOf(IKeyedCommand? command) =>
        command is null ? null : BuyerRules.OrderOf(Batch.State, command);
}

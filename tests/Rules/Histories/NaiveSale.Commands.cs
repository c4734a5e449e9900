using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The operators' commands that concern one buyer, and those that need two operators.</summary>
internal sealed partial class NaiveSale
{
    private IKeyedCommand? _approving;

    /// <summary>What was carried out under a key: the action, and what it was about.</summary>
    public Dictionary<(Alias By, KeyHash Key), (BuyerAction Action, object About)> BuyerCommandsDone { get; } = [];

    /// <summary>Commands that wait, or waited until they were void.</summary>
    public List<(IKeyedCommand Command, long Until, long Seq)> Proposals { get; } = [];

    public HashSet<KeyHash> Approved { get; } = [];

    /// <summary>The order that a grant made, by its key.</summary>
    public Dictionary<KeyHash, long> Grants { get; } = [];

    public int WaitingProposals(long now) => Proposals.Count(proposal => now < proposal.Until);

    public IKeyedCommand? ProposalOf(KeyHash key, long now) =>
        Proposals.FirstOrDefault(proposal => proposal.Command.Key == key && now < proposal.Until).Command;

    /// <summary>What a command is about, for telling a repeat from another command.</summary>
    public static object AboutOf(BuyerCommand command) =>
        command.Action == BuyerAction.Grant ? (command.Buyer!.Value, command.Units) : command.Number;

    /// <summary>What should be answered to a command that one operator carries out.</summary>
    public Answer<Effect> ExpectCommand(BuyerCommand command, long now)
    {
        var key = (command.By, command.Key);
        if (CommandsDone.ContainsKey(key)) return Refusal.Conflict;
        if (BuyerCommandsDone.TryGetValue(key, out var done))
            return done.Equals((command.Action, AboutOf(command))) ? Effect.AlreadySo : Refusal.Conflict;
        if (command.Action == BuyerAction.Grant)
            return ExpectHold(command.Buyer!.Value, command.Units, now) is { } refusal ? refusal : Effect.Done;
        if (command.Action == BuyerAction.RemovePlace) return ExpectRemove(command.Number);
        if (Find(command.Number) is not { } order) return Refusal.NotFound;
        var status = StatusOf(order);
        return command.Action switch
        {
            BuyerAction.Cancel => order.State is NaiveState.Paid or NaiveState.Gone ? Refusal.Conflict
                : If(order.State == NaiveState.Held),
            BuyerAction.Refund => order.State == NaiveState.Paid ? Effect.Done
                : status is OrderStatus.Refunding or OrderStatus.Refunded ? Effect.AlreadySo : Refusal.Conflict,
            BuyerAction.Ship =>
                order.State == NaiveState.Paid && !IsToRecall(order.Seq) && !Anonymised && TakerOf(order) is null
                    ? Effect.Done : Refusal.Conflict,
            _ when order.State == NaiveState.Held => Effect.AlreadySo,
            _ when status != OrderStatus.Expired || CancelledAt.GetValueOrDefault(order.User) > order.Seq =>
                Refusal.Conflict,
            _ => ExpectHold(order.User, order.Units.Length, now) is { } refusal ? refusal : Effect.Done,
        };
    }

    /// <summary>What should be answered to an approval.</summary>
    public Answer<Effect> ExpectApproval(Alias by, KeyHash key, long now)
    {
        if (Approved.Contains(key)) return Effect.AlreadySo;
        if (ProposalOf(key, now) is not { } command) return Refusal.NotFound;
        if (command.By == by) return Refusal.Conflict;
        var seq = Proposals.First(proposal => proposal.Command == command).Seq;
        if (command is BuyerCommand { Buyer: { } buyer } && CancelledAt.GetValueOrDefault(buyer) > seq)
            return Refusal.Conflict;
        return command is BuyerCommand ofBuyer
            ? ExpectCommand(ofBuyer, now) : ExpectOperate((OperatorCommand)command, now);
    }

    /// <summary>Whether a command that could be carried out has to wait for a second operator.</summary>
    public bool NeedsTwo(IKeyedCommand command) => Opened && !Ended && !Closed && command
        is BuyerCommand { Action: BuyerAction.Grant or BuyerAction.Revive or BuyerAction.RemovePlace }
        or OperatorCommand { Action: OperatorAction.Restock or OperatorAction.Extend };

    // What anybody could buy now.
    private Refusal? ExpectHold(Alias user, int units, long now) =>
        Ended || Closed || now >= Schedule.SaleCloses.ToUnixTimeMilliseconds() ? Refusal.SaleClosed
        : !Opened ? Refusal.SaleNotOpen
        : Paused ? Refusal.Paused
        : LiveUnitsOf(user) + WantedUnitsOf(user) + units > Terms.PerUserLimit ? Refusal.LimitReached
        : Waiting > 0 || IsCarrying || units > Count(NaiveUnit.Free) ? Refusal.SoldOut
        : null;

    private void TakeKey(BatchEntry entry)
    {
        var command = CommandOf(entry);
        if (_approving is not null)
        {
            var done = entry is ICommandEntry ofBatch ? ofBatch.Command : (IKeyedCommand?)command;
            done.ShouldNotBeNull("an approval is followed by its command").Repeats(_approving).ShouldBeTrue();
            Approved.Add(_approving.Key);
            _approving = null;
        }
        if (command is null) return;
        var key = (command.By, command.Key);
        CommandsDone.ShouldNotContainKey(key, "a command takes effect once per key");
        BuyerCommandsDone.ShouldNotContainKey(key, "a command takes effect once per key");
        BuyerCommandsDone.Add(key, (command.Action, AboutOf(command)));
        Proposals.RemoveAll(proposal => proposal.Command.Key == command.Key);
    }

    private BuyerCommand? CommandOf(BatchEntry entry) => entry switch
    {
        Granted e => BuyerCommand.Grant(e.Buyer, e.Units.Length, e.Why, e.By, e.Key),
        Revived e => BuyerCommand.OnOrder(BuyerAction.Revive, e.Order, e.Why, e.By, e.Key),
        Shipped e => BuyerCommand.OnOrder(BuyerAction.Ship, e.Order, e.Why, e.By, e.Key),
        Left { By: { } by, Key: { } key, Reason: { } why } e => BuyerCommand.OnPlace(e.Place, why, by, key),
        Released { By: { } by, Key: { } key, Reason: { } why } e => BuyerCommand.OnOrder(
            Find(e.Order)!.State == NaiveState.Paid ? BuyerAction.Refund : BuyerAction.Cancel, e.Order, why, by, key),
        RefundOwed { By: { } by, Key: { } key, Reason: { } why } e =>
            BuyerCommand.OnOrder(BuyerAction.Refund, e.Order, why, by, key),
        _ => null,
    };

    private void TakeGranted(Granted e)
    {
        TakeUnits(e.Buyer, e.Units, e.PayBy);
        Orders.Add(new NaiveOrder(Seq, e.Buyer, e.Units, At, e.PayBy, null));
        Grants.Add(e.Key, Seq);
        _bought += e.Units.Length;
    }

    private void TakeRevived(Revived e)
    {
        var order = Find(e.Order)!;
        StatusOf(order).ShouldBe(OrderStatus.Expired);
        e.Units.Length.ShouldBe(order.Units.Length);
        TakeUnits(order.User, e.Units, e.PayBy);
        (order.State, order.Units, order.HeldAt, order.PayBy) = (NaiveState.Held, e.Units, At, e.PayBy);
        order.Revivals++;
    }

    // Like a purchase: it overtakes nobody, stays within the limit, and comes neither early nor late.
    private void TakeUnits(Alias user, int[] units, long payBy)
    {
        units.ShouldBe(Units.Where(unit => unit.Value == NaiveUnit.Free).Select(unit => unit.Key).Order()
            .Take(units.Length));
        units.ShouldNotBeEmpty();
        (NextInLine, IsCarrying).ShouldBe((null, false), "I5: nobody overtakes the line");
        (Opened, Ended, Closed, Paused).ShouldBe((true, false, false, false), "I3");
        At.ShouldBeLessThan(Schedule.SaleCloses.ToUnixTimeMilliseconds());
        (LiveUnitsOf(user) + WaitingUnitsOf(user) + units.Length)
            .ShouldBeLessThanOrEqualTo(Terms.PerUserLimit, "I2");
        payBy.ShouldBe(At + (Terms.PaymentWindowSeconds * 1_000L));
        Move(units, NaiveUnit.Free, NaiveUnit.Held);
    }

    private void TakeShipped(Shipped e)
    {
        var order = Find(e.Order)!;
        (order.State, TakerOf(order)).ShouldBe((NaiveState.Paid, null));
        order.OfferedBackAt = null;
        (order.ShippedUnder, order.ShippedAt) = (e.Key, At);
    }

    private void TakeRefundOfShipped(RefundOwed e, NaiveOrder order)
    {
        var kept = Payments[e.Payment];
        (kept.Where, kept.Order, kept.Amount with { Amount = kept.Left }, order.State, order.Payment)
            .ShouldBe((NaiveMoney.Kept, e.Order, e.Amount, NaiveState.Paid, e.Payment));
        order.ShippedUnder.ShouldNotBeNull();
        (kept.Where, order.State) = (kept.IsEmpty ? NaiveMoney.PaidBack : NaiveMoney.Owed, NaiveState.Gone);
        order.Cancelled = new Cancellation(e.By, e.Reason!.Value);
    }

    private void TakeProposed(Proposed e)
    {
        e.Until.ShouldBeGreaterThan(At);
        ProposalOf(e.Command.Key, At).ShouldBeNull();
        WaitingProposals(At).ShouldBeLessThan(100);
        NeedsTwo(e.Command).ShouldBeTrue();
        Proposals.Add((e.Command, e.Until, Seq));
    }

    private void TakeApproved(Approved e)
    {
        _approving = ProposalOf(e.Key, At).ShouldNotBeNull("a command that waits");
        _approving.By.ShouldNotBe(e.By, "two operators");
    }
}

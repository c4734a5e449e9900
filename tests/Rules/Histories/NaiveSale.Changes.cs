using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>Extensions, schedules and recalls. A recall is the set of the orders that it has left.</summary>
internal sealed partial class NaiveSale
{
    private const long MaxHold = 604_800_000, MaxExtension = 86_400;

    private readonly HashSet<long> _toRecall = [];
    private long? _mustOwe;

    /// <summary>The schedule in force.</summary>
    public Schedule Schedule { get; private set; } = null!;

    /// <summary>Whether a recall has orders left.</summary>
    public bool IsRecalling => _toRecall.Count > 0 || _mustOwe is not null;

    /// <summary>Whether a recall has this order left.</summary>
    public bool IsToRecall(long order) => _toRecall.Contains(order);

    private IEnumerable<NaiveOrder> Unpaid => Orders.Where(order => order.State == NaiveState.Held);

    private Answer<Effect> ExpectExtend(int seconds)
    {
        if (seconds is < 1 or > (int)MaxExtension) return Refusal.InvalidRequest;
        if (!Unpaid.Any()) return Effect.AlreadySo;
        return Unpaid.All(order => order.PayBy + (seconds * 1_000L) - order.HeldAt <= MaxHold)
            ? Effect.Done : Refusal.Conflict;
    }

    private Answer<Effect> ExpectReschedule(Schedule next, long now)
    {
        if (Closed || Ended) return Refusal.SaleClosed;
        if (next == Schedule) return Effect.AlreadySo;
        DateTimeOffset[] before = InstantsOf(Schedule), after = InstantsOf(next);
        if (after[0] >= after[1] || after[1] > after[2] || after[2] >= after[3]) return Refusal.InvalidRequest;
        for (var i = 0; i < after.Length; i++)
        {
            if (before[i] == after[i]) continue;
            if (before[i].ToUnixTimeMilliseconds() <= now) return Refusal.Conflict;
            if (after[i].ToUnixTimeMilliseconds() <= now) return Refusal.InvalidRequest;
        }
        return after[2] < before[2] ? Refusal.Conflict : Effect.Done;
    }

    private Answer<Effect> ExpectRecall(RecalledOrders orders) =>
        orders > RecalledOrders.All ? Refusal.InvalidRequest
        : Anonymised ? Refusal.SaleClosed
        : IsRecalling ? Refusal.Conflict
        : Effect.Done;

    private static DateTimeOffset[] InstantsOf(Schedule of) =>
        [of.ReservationOpens, of.ReservationCloses, of.SaleOpens, of.SaleCloses];

    // What a recall cancels is covered by it, and money that it has to give back is owed at once.
    private void CheckRecall(BatchEntry entry)
    {
        if (_mustOwe is { } order)
        {
            entry.ShouldBeOfType<RefundOwed>().Order.ShouldBe(order);
            _mustOwe = null;
        }
        if (entry is not Released { Reason: CancelReason.Recalled } released) return;
        _toRecall.ShouldContain(released.Order);
        // Nothing is owed of a payment that went back elsewhere.
        if (Find(released.Order) is { State: NaiveState.Paid, Payment: { } payment } && !Payments[payment].IsEmpty)
            _mustOwe = released.Order;
    }

    private void TakeExtended(Extended e)
    {
        ExpectExtend(e.Seconds).Value.ShouldBe(Effect.Done);
        foreach (var order in Unpaid) order.PayBy += e.Seconds * 1_000L;
        Do(new OperatorCommand(OperatorAction.Extend, 0, "", e.By, e.Key, Seconds: e.Seconds));
    }

    private void TakeRescheduled(Rescheduled e)
    {
        ExpectReschedule(e.Schedule, At).Value.ShouldBe(Effect.Done);
        Schedule = e.Schedule;
        Do(new OperatorCommand(OperatorAction.Reschedule, 0, "", e.By, e.Key, Schedule: e.Schedule));
    }

    private void TakeRecalled(Recalled e)
    {
        ExpectRecall(e.Orders).Value.ShouldBe(Effect.Done);
        Paused = true;
        _toRecall.UnionWith(Orders
            .Where(order => order.State switch
            {
                NaiveState.Held => e.Orders is RecalledOrders.AwaitingPayment or RecalledOrders.All,
                NaiveState.Paid => e.Orders is RecalledOrders.Paid or RecalledOrders.All && order.ShippedUnder is null,
                _ => false,
            })
            .Select(order => order.Seq));
        Do(new OperatorCommand(OperatorAction.Recall, 0, "", e.By, e.Key, Orders: e.Orders));
    }

    private void Do((Alias By, KeyHash Key) key, OperatorAction action, int units) =>
        Do(new OperatorCommand(action, units, "", key.By, key.Key));

    private void Do(OperatorCommand command)
    {
        var key = (command.By, command.Key);
        CommandsDone.ShouldNotContainKey(key, "a command takes effect once per key");
        BuyerCommandsDone.ShouldNotContainKey(key, "a command takes effect once per key");
        CommandsDone.Add(key, command);
        Proposals.RemoveAll(proposal => proposal.Command.Key == command.Key);
    }
}

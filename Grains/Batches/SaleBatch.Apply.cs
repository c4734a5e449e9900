using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

public sealed partial class SaleBatch
{
    /// <summary>Applies the next entry.</summary>
    /// <param name="seq">Its sequence: <see cref="LastSeq"/> + 1.</param>
    /// <param name="at">Its instant, ms: not before <see cref="LastAt"/>.</param>
    /// <param name="entry">What happened.</param>
    /// <exception cref="InconsistentEntryException">The entry contradicts the state; nothing was changed.</exception>
    public void Apply(long seq, long at, BatchEntry entry)
    {
        if (seq != LastSeq + 1) throw new InconsistentEntryException(seq, $"follows entry {LastSeq}");
        if (at < LastAt) throw new InconsistentEntryException(seq, "is earlier than the entry before it");
        if (entry is Created != (seq == 1)) throw new InconsistentEntryException(seq, "creation comes first, and once");
        switch (entry)
        {
            case Held e: ApplyHeld(seq, at, e); break;
            case CheckoutOpened e: ApplyCheckoutOpened(seq, e); break;
            case Sold e: ApplySold(seq, e); break;
            case Released e: ApplyReleased(seq, e); break;
            case RefundOwed e: ApplyRefundOwed(seq, e); break;
            case RefundMade e: ApplyRefundMade(seq, e); break;
            case ReservationCancelled e: ApplyReservationCancelled(seq, e); break;
            case Created e: ApplyCreated(seq, e); break;
            case Restocked e: ApplyRestocked(seq, e); break;
            case Withdrawn e: ApplyWithdrawn(seq, e); break;
            case PausedSale e:
                Require(seq, !IsPaused, "paused twice");
                Record(seq, new(OperatorAction.Pause, 0, e.Reason, e.By, e.Key));
                IsPaused = true;
                break;
            case ResumedSale e:
                Require(seq, IsPaused, "resumed without a pause");
                Record(seq, new(OperatorAction.Resume, 0, e.Reason, e.By, e.Key));
                IsPaused = false;
                break;
            case ClosedSale e:
                Require(seq, !IsClosed, "closed twice");
                Record(seq, new(OperatorAction.Close, 0, e.Reason, e.By, e.Key));
                IsClosed = true;
                break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
        LastSeq = seq;
        LastAt = at;
    }

    private void ApplyCreated(long seq, Created e)
    {
        Require(seq, e.Terms.Stock is >= 1 and <= BatchTerms.MaxStock, "an impossible stock");
        Terms = e.Terms;
        AddUnits(e.Terms.Stock);
    }

    private void ApplyHeld(long seq, long at, Held e)
    {
        Require(seq, e.Units.Length > 0, "a hold without units");
        Require(seq, e.User.Length <= TextHeap.MaxLength && !(e.Key?.Length > TextHeap.MaxLength), "a text that is too long");
        for (var i = 0; i < e.Units.Length; i++)
        {
            Require(seq, Free.Contains(e.Units[i]), "a unit that is not free");
            Require(seq, i == 0 || e.Units[i] > e.Units[i - 1], "units out of order");
        }
        Require(seq, e.PayBy == at + WindowMilliseconds, "another deadline than the payment window's");
        var latest = LatestOrderOf(e.User);
        Require(seq, e.Key is null || PurchaseRules.FindByKey(latest, e.Key) is null, "a key that names another order");
        foreach (var unit in e.Units) Free.Remove(unit);
        HeldUnits += e.Units.Length;
        Know(e.User, latest);
        _orders.Add(seq, e, latest);
        _latestOrders.TakeLast(e.User);
    }

    private void ApplyCheckoutOpened(long seq, CheckoutOpened e)
    {
        var order = OrderAt(seq, e.Order);
        Require(seq, order.Hold == HoldState.Live && order.Checkout is null, "a checkout for an order that takes none");
        order.Checkout = e.Checkout;
    }

    private void ApplySold(long seq, Sold e)
    {
        var order = OrderAt(seq, e.Order);
        Require(seq, order.Hold == HoldState.Live, "a sale without a hold");
        Require(seq, _payments.TryAdd(e.Payment, new(e.Payment, e.Order, e.Amount)), "a payment that is recorded already");
        order.Hold = HoldState.Sold;
        order.Payment = e.Payment;
        HeldUnits -= order.Quantity;
        SoldUnits += order.Quantity;
    }

    private void ApplyReleased(long seq, Released e)
    {
        var order = OrderAt(seq, e.Order);
        Require(seq, order.IsLive, "a second release");
        Require(seq, order.Hold == HoldState.Live || e.Why == ReleaseReason.Cancelled, "a paid order that expires");
        Require(seq, order.Units.AsSpan().SequenceEqual(e.Units), "other units than the order's");
        if (order.Hold == HoldState.Live) HeldUnits -= order.Quantity;
        else SoldUnits -= order.Quantity;
        foreach (var unit in e.Units) Free.Add(unit);
        order.Hold = e.Why == ReleaseReason.Expired ? HoldState.Expired : HoldState.Cancelled;
    }

    private void ApplyRefundOwed(long seq, RefundOwed e)
    {
        var order = OrderAt(seq, e.Order);
        var known = _payments.GetValueOrDefault(e.Payment);
        // A payment that was kept is owed back only once its order was given up; any other is owed from its first
        // record on.
        Require(seq, known is null || (known.State == PaymentState.Kept && known.Order == e.Order && !order.IsLive),
            "a payment that is recorded already");
        Require(seq, known is null || known.Amount == e.Amount, "another amount than was captured");
        var payment = known ?? new Payment(e.Payment, e.Order, e.Amount);
        _payments[e.Payment] = payment;
        _owed.Add(e.Payment, payment);
        payment.State = PaymentState.Owed;
        order.Owed++;
    }

    private void ApplyRefundMade(long seq, RefundMade e)
    {
        var order = OrderAt(seq, e.Order);
        Require(seq, _owed.TryGetValue(e.Payment, out var payment) && payment.Order == e.Order, "a refund that is not owed");
        Require(seq, payment!.Amount == e.Amount, "another amount than is owed");
        _owed.Remove(e.Payment);
        payment.State = PaymentState.PaidBack;
        payment.Refund = e.Refund;
        _refunds.Add(e.Refund);
        order.Owed--;
        order.Returned++;
    }

    private void ApplyReservationCancelled(long seq, ReservationCancelled e)
    {
        Require(seq, e.Version > CancelledVersionOf(e.User), "a cancellation that is recorded already");
        Know(e.User, LatestOrderOf(e.User));
        _cancelledVersions[e.User] = e.Version;
    }

    private void ApplyRestocked(long seq, Restocked e)
    {
        Require(seq, e.Ranges.Length == 1 && e.Ranges[0].First == Stock + 1 && e.Ranges[0].Last > Stock
            && e.Ranges[0].Last <= BatchTerms.MaxStock, "units that do not follow the stock");
        Record(seq, new(OperatorAction.Restock, e.Ranges[0].Count, e.Reason, e.By, e.Key));
        AddUnits(e.Ranges[0].Count);
    }

    private void ApplyWithdrawn(long seq, Withdrawn e)
    {
        var units = 0;
        var below = 0;
        foreach (var range in e.Ranges)
        {
            Require(seq, range.First > below && range.Last >= range.First && range.Last <= Stock, "ranges out of order");
            for (var unit = range.First; unit <= range.Last; unit++)
                Require(seq, Free.Contains(unit), "a withdrawn unit that is not free");
            units += range.Count;
            below = range.Last;
        }
        Require(seq, units > 0, "a withdrawal without units");
        Record(seq, new(OperatorAction.Withdraw, units, e.Reason, e.By, e.Key));
        foreach (var range in e.Ranges)
        {
            for (var unit = range.First; unit <= range.Last; unit++) Free.Remove(unit);
        }
        WithdrawnUnits += units;
    }

    // Before its order or cancellation is there: who has either is known already.
    private void Know(string user, Order? latest)
    {
        if (latest is null && !_cancelledVersions.ContainsKey(user)) _knownUsers.Add(UserId.HashOf(user));
    }

    private void AddUnits(int count)
    {
        for (var unit = Stock + 1; unit <= Stock + count; unit++) Free.Add(unit);
        Stock += count;
    }

    private void Record(long seq, OperatorCommand command) =>
        Require(seq, _commands.TryAdd((command.By, command.Key), command), "a command that is recorded already");

    private Order OrderAt(long seq, long order) =>
        FindOrder(order) ?? throw new InconsistentEntryException(seq, $"no order {order}");

    private static void Require(long seq, bool holds, string otherwise)
    {
        if (!holds) throw new InconsistentEntryException(seq, otherwise);
    }
}

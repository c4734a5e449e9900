using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using OrleansSale.Grains.Batches.Stock;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// A second, naive reading of a batch's entries: a dictionary from unit to state, and lists. It consumes the entries
/// alone and fails on the first one that breaks I1, I2, I3 or I6. What should be answered is in the other part.
/// </summary>
internal sealed partial class NaiveSale(long grace)
{
    public BatchTerms Terms { get; private set; } = null!;

    public Dictionary<int, NaiveUnit> Units { get; } = [];

    public List<NaiveOrder> Orders { get; } = [];

    public Dictionary<PaymentId, NaivePayment> Payments { get; } = [];

    public Dictionary<Alias, long> CancelledVersions { get; } = [];

    /// <summary>The commands that were done, each without its reason.</summary>
    public Dictionary<(Alias By, KeyHash Key), OperatorCommand> CommandsDone { get; } = [];

    public bool Paused { get; private set; }

    public bool Closed { get; private set; }

    public bool Opened { get; private set; }

    public bool Ended { get; private set; }

    public long EndedAt { get; private set; }

    public bool Anonymised { get; private set; }

    /// <summary>Refunds that were made, by the provider's id.</summary>
    public HashSet<(string Provider, string Refund)> Refunds { get; } = [];

    public long Seq { get; private set; }

    public long At { get; private set; }

    public int Count(NaiveUnit state) => Units.Values.Count(unit => unit == state);

    /// <summary>Takes the next entry, or fails because it must not be.</summary>
    public void Take(long seq, long at, BatchEntry entry)
    {
        seq.ShouldBe(Seq + 1, "the sequence has no gaps");
        at.ShouldBeGreaterThanOrEqualTo(At, "time never runs backwards");
        (Seq, At) = (seq, at);
        TakeKey(entry);
        CheckRecall(entry);
        CheckReturn(entry);
        switch (entry)
        {
            case Created e: TakeCreated(e); break;
            case OpenedSale: TakeOpened(); break;
            case EndedSale e:
                TakeEnded(e);
                EndLine();
                break;
            case Held e: TakeHeld(e); break;
            case CheckoutOpened e: TakeCheckout(e); break;
            case Sold e: TakeSold(e); break;
            case Released e: TakeReleased(e); break;
            case RefundOwed e: TakeOwed(e); break;
            case RefundMade e: TakeRefund(e); break;
            case RefundStalled e: TakeStalled(e); break;
            case RefundedElsewhere e: TakeElsewhere(e); break;
            case Disputed e: TakeDisputed(e); break;
            case ReturnEntry e: TakeReturn(e); break;
            case Joined e: TakeJoined(e); break;
            case Left e: TakeLeft(e); break;
            case BacklogCarried e: TakeCarriedAll(e); break;
            case BacklogDropped e: TakeDropped(e); break;
            case LineSuspended e:
                Suspended.ShouldBeFalse();
                Suspended = true;
                Do((e.By, e.Key), OperatorAction.SuspendLine, 0);
                break;
            case LineResumed e:
                Suspended.ShouldBeTrue();
                Suspended = false;
                Do((e.By, e.Key), OperatorAction.ResumeLine, 0);
                break;
            case Granted e: TakeGranted(e); break;
            case Revived e: TakeRevived(e); break;
            case Shipped e: TakeShipped(e); break;
            case Proposed e: TakeProposed(e); break;
            case Approved e: TakeApproved(e); break;
            case ReservationCancelled e: TakeReservationCancelled(e); break;
            case Restocked e: TakeRestocked(e); break;
            case Withdrawn e: TakeWithdrawn(e); break;
            case PausedSale e:
                Paused.ShouldBeFalse();
                Paused = true;
                Do((e.By, e.Key), OperatorAction.Pause, 0);
                break;
            case ResumedSale e:
                (Paused, IsRecalling).ShouldBe((true, false));
                Paused = false;
                Do((e.By, e.Key), OperatorAction.Resume, 0);
                break;
            case ClosedSale e:
                Closed.ShouldBeFalse();
                Closed = true;
                Do((e.By, e.Key), OperatorAction.Close, 0);
                break;
            case Grains.Batches.Directing.Anonymised: TakeAnonymised(); break;
            case Extended e: TakeExtended(e); break;
            case Rescheduled e: TakeRescheduled(e); break;
            case Recalled e: TakeRecalled(e); break;
            default: throw new ArgumentOutOfRangeException(nameof(entry), entry, "not of this stream");
        }
    }

    private void TakeCreated(Created e)
    {
        Seq.ShouldBe(1);
        (Terms, Schedule) = (e.Terms, e.Terms.Schedule);
        for (var unit = 1; unit <= Terms.Stock; unit++) Units.Add(unit, NaiveUnit.Free);
    }

    private void TakeOpened()
    {
        (Opened || Ended || Closed).ShouldBeFalse("a sale opens once, and not after its end");
        At.ShouldBeGreaterThanOrEqualTo(Schedule.SaleOpens.ToUnixTimeMilliseconds());
        Opened = true;
    }

    private void TakeEnded(EndedSale e)
    {
        Ended.ShouldBeFalse("a sale ends once");
        if (e.Cause == EndCause.Operator) Closed.ShouldBeTrue("an operator ends what they closed");
        else At.ShouldBeGreaterThanOrEqualTo(Schedule.SaleCloses.ToUnixTimeMilliseconds());
        (Ended, EndedAt) = (true, At);
    }

    private void TakeAnonymised()
    {
        (Ended, Anonymised, IsRecalling).ShouldBe((true, false, false));
        Orders.ShouldNotContain(order => order.State == NaiveState.Held);
        Payments.Values.ShouldNotContain(payment => payment.Where == NaiveMoney.Owed);
        Anonymised = true;
    }

    private void TakeHeld(Held e)
    {
        TakeHeldUnits(e);
        // I2: the limit, and the keys.
        (LiveUnitsOf(e.Buyer) + WaitingUnitsOf(e.Buyer) + e.Units.Length)
            .ShouldBeLessThanOrEqualTo(Terms.PerUserLimit, "I2");
        // A place that was joined before the bound was reached keeps its turn.
        Orders.Count(order => order.User == e.Buyer && !order.IsLive)
            .ShouldBeLessThan(e.Offer is null ? 10 : 12 + Places.Count(place => place.Origin is not null),
                "bound of ended orders");
        if (e is { Key: null, Offer: null })
            Orders.ShouldNotContain(order => order.User == e.Buyer && order.IsLive, "a double click buys once");
        else if (e.Key is not null) Orders.ShouldNotContain(
            order => order.User == e.Buyer && order.Key == e.Key, "a key names one order for ever");
        // I3: the reservation, and the time.
        e.Reservation.ShouldBeGreaterThan(CancelledVersions.GetValueOrDefault(e.Buyer), "reserved");
        (Opened, Ended).ShouldBe((true, false), "between opened and ended");
        At.ShouldBeInRange(Schedule.SaleOpens.ToUnixTimeMilliseconds(),
            Schedule.SaleCloses.ToUnixTimeMilliseconds() - 1);
        (Paused || Closed).ShouldBeFalse("on sale");
        var window = e.Offer is null ? null : Terms.OfferWindowSeconds;
        e.PayBy.ShouldBe(At + ((window ?? Terms.PaymentWindowSeconds) * 1_000L));
        Orders.Add(new NaiveOrder(Seq, e.Buyer, e.Units, At, e.PayBy, e.Key) { From = e.Offer?.From });
    }

    private void TakeCheckout(CheckoutOpened e)
    {
        var order = Find(e.Order)!;
        order.State.ShouldBe(NaiveState.Held);
        At.ShouldBeLessThan(order.PayBy);
        e.Number.ShouldBe(order.Checkouts.Count + 1, "an order's checkouts are numbered from 1");
        e.Number.ShouldBeLessThanOrEqualTo(10);
        e.Checkout.ShouldNotBe(order.Checkout);
        order.Checkouts.Add(e.Checkout);
    }

    private void TakeSold(Sold e)
    {
        var order = Find(e.Order)!;
        if (e.Units is { } units) HoldAgain(order, units);
        (order.State, order.From).ShouldBe((NaiveState.Held, null), "only a hold that has its units is sold");
        if (e.Units is null) At.ShouldBeLessThan(order.PayBy + grace, "past its deadline a hold is never sold");
        Payments.ShouldNotContainKey(e.Payment);
        Payments.Add(e.Payment, new NaivePayment(e.Order, e.Amount, At) { Fee = e.Fee });
        TakePlaceOf(order);
        order.State = NaiveState.Paid;
        (order.Payment, order.PaidAt) = (e.Payment, At);
        Move(order.Units, NaiveUnit.Held, NaiveUnit.Sold);
    }

    private void TakeReleased(Released e)
    {
        var order = Find(e.Order)!;
        e.Units.ShouldBe(order.Units);
        order.ShippedUnder.ShouldBeNull("a shipped unit is not free again");
        if (e.Why == ReleaseReason.Expired)
        {
            order.State.ShouldBe(NaiveState.Held, "a paid order does not expire");
            At.ShouldBeGreaterThanOrEqualTo(order.PayBy + grace, "a release never comes early");
        }
        (e.By is null).ShouldBe(e.Reason is null, "an operator has a reason, and nobody else has one");
        if (e.Why == ReleaseReason.Cancelled)
            order.Cancelled = new Cancellation(e.By, e.Reason ?? CancelReason.Unstated);
        else e.By.ShouldBeNull();
        if (order.State == NaiveState.Held) EndOffer(order, e.Why == ReleaseReason.Cancelled && e.By is null);
        FreeUnits(order, e);
        order.State = e.Why switch
        {
            ReleaseReason.Expired => NaiveState.Expired,
            ReleaseReason.Returned => NaiveState.Returned,
            _ => NaiveState.Cancelled,
        };
        _toRecall.Remove(order.Seq);
        (LiveUnitsOf(order.User) + WaitingUnitsOf(order.User)).ShouldBeLessThanOrEqualTo(Terms.PerUserLimit, "I2");
    }

    private void TakeOwed(RefundOwed e)
    {
        var order = Find(e.Order)!;
        if (e.Why == RefundReason.Shipped) TakeRefundOfShipped(e, order);
        else if (Payments.TryGetValue(e.Payment, out var kept))
        {
            // A kept payment becomes owed only if its order was cancelled or returned.
            (kept.Where, kept.Order, kept.Amount with { Amount = kept.Left })
                .ShouldBe((NaiveMoney.Kept, e.Order, e.Amount));
            kept.IsEmpty.ShouldBeFalse("nothing is owed that went back");
            (order.State, e.Why).ShouldBeOneOf(
                (NaiveState.Cancelled, RefundReason.Cancelled), (NaiveState.Returned, RefundReason.Returned));
            kept.Where = NaiveMoney.Owed;
        }
        else Payments.Add(
            e.Payment, new NaivePayment(e.Order, e.Amount, At) { Where = NaiveMoney.Owed, Fee = e.Fee });
        Payments[e.Payment].Why = e.Why;
    }

    private void TakeRefund(RefundMade e)
    {
        var payment = Payments[e.Payment];
        (payment.Where, payment.Order, payment.Amount with { Amount = payment.Left })
            .ShouldBe((NaiveMoney.Owed, e.Order, e.Amount));
        (payment.Where, payment.Refund, payment.PaidBackAt) = (NaiveMoney.PaidBack, e.Refund, At);
        Refunds.Add((e.Payment.Provider, e.Refund)).ShouldBeTrue("a refund pays back one payment");
    }

    private void TakeRestocked(Restocked e)
    {
        Closed.ShouldBeFalse();
        var added = Numbers(e.Ranges);
        added.ShouldBe(Enumerable.Range(Units.Count + 1, added.Count));
        foreach (var unit in added) Units.Add(unit, NaiveUnit.Free);
        Do((e.By, e.Key), OperatorAction.Restock, added.Count);
    }

    private void TakeWithdrawn(Withdrawn e)
    {
        var taken = Numbers(e.Ranges);
        var free = Units.Where(unit => unit.Value == NaiveUnit.Free).Select(unit => unit.Key).Order().ToList();
        taken.ShouldBe(free.TakeLast(taken.Count));
        Move([.. taken], NaiveUnit.Free, NaiveUnit.Withdrawn);
        Do((e.By, e.Key), OperatorAction.Withdraw, taken.Count);
    }

    private static List<int> Numbers(UnitRange[] ranges) =>
        [.. ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))];

    private void Move(int[] units, NaiveUnit from, NaiveUnit to)
    {
        foreach (var unit in units)
        {
            Units[unit].ShouldBe(from);
            Units[unit] = to;
        }
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// What should be answered, straight from the contract: every reason is looked for by itself, and the one of the lowest
/// number is told.
/// </summary>
internal sealed partial class NaiveSale
{
    // A repeat stands between ticket-invalid (5) and sale-closed (6).
    private const double Repeat = 5.5;

    public NaiveOrder? Find(long seq) => Orders.Find(order => order.Seq == seq);

    public int LiveUnitsOf(Alias user) =>
        Orders.Where(order => order.User == user && order.IsLive).Sum(order => order.Units.Length);

    /// <summary>
    /// A refusal, or the order or place of an earlier request, or nothing: a new order; or, if it joins, a new place.
    /// </summary>
    public (Refusal? Refused, NaiveOrder? Repeated, NaivePlace? Place, bool Joins) ExpectPurchase(
        in PurchaseRequest request, long now)
    {
        var (user, key, quantity) = (request.Buyer, request.Key, request.Quantity);
        var cancelled = request.Reservation > 0 && request.Reservation <= CancelledVersions.GetValueOrDefault(user);
        var earlier = key is null
            ? Orders.FindLast(order => order.User == user && order.IsLive)
            : Orders.Find(order => order.User == user && order.Key == key);
        var place = earlier is not null ? null
            : key is null ? Places.FindLast(place => place.User == user && place.State == PlaceState.Waiting)
            : Places.Find(place => place.User == user && place.Key == key);
        var isGone = quantity > ForPurchases;
        var mayJoin = request.Standby && !Suspended && !IsCarrying && Terms.StandbyPlaces > 0;

        var reasons = new List<(double Rank, Refusal? Refused)>();
        void When(bool holds, Refusal refusal) { if (holds) reasons.Add(((int)refusal, refusal)); }
        When(cancelled && request.ByTicket, Refusal.TicketInvalid);
        if (earlier is not null)
            reasons.Add((Repeat, key is not null && earlier.Units.Length != quantity ? Refusal.Conflict : null));
        if (place is not null)
            reasons.Add((Repeat, key is not null && place.Quantity != quantity ? Refusal.Conflict : null));
        When(Closed || now >= Schedule.SaleCloses.ToUnixTimeMilliseconds(), Refusal.SaleClosed);
        When(now < Schedule.SaleOpens.ToUnixTimeMilliseconds(), Refusal.SaleNotOpen);
        When(Paused, Refusal.Paused);
        When(LiveUnitsOf(user) + WantedUnitsOf(user) + quantity > Terms.PerUserLimit, Refusal.LimitReached);
        When(Orders.Count(order => order.User == user && !order.IsLive)
            + Places.Count(other => other.User == user && !other.IsLive && other.Offers is []) >= 10,
            Refusal.LimitReached);
        When(request.Standby && Places.Exists(other => other.User == user && other.IsLive), Refusal.LimitReached);
        When(isGone && !mayJoin, Refusal.SoldOut);
        if (isGone && mayJoin && Waiting >= Terms.StandbyPlaces)
            reasons.Add(((int)Refusal.SoldOut, Refusal.LineFull));
        When(cancelled || request.Reservation == 0, Refusal.NotReserved);

        if (reasons.Count == 0) return (null, null, null, isGone);
        var first = reasons.MinBy(reason => reason.Rank);
        if (first.Refused is not null) return (first.Refused, null, null, false);
        // A place that was offered units is answered with the order.
        return place is
        { State: PlaceState.Offered or PlaceState.Taken or PlaceState.Passed, Offers: [.., var offered] }
            ? (null, Find(offered), null, false)
            : (null, earlier, place, false);
    }

    public Refusal? ExpectCheckout(long seq, string? checkout, long now)
    {
        if (Find(seq) is not { } order) return Refusal.NotFound;
        if (order.State != NaiveState.Held || now >= order.PayBy || IsToRecall(seq)) return Refusal.OrderNotPayable;
        return checkout is not null && order.Checkouts.Count == 10 && order.Checkout != checkout
            ? Refusal.Conflict : null;
    }

    /// <summary>Null: not-found.</summary>
    public CaptureResult? ExpectCapture(Capture capture, long now)
    {
        if (Payments.ContainsKey(new PaymentId(capture.Provider, capture.Payment)))
            return CaptureResult.AlreadyRecorded;
        if (Find(capture.Order) is not { } order) return null;
        var isInTime = order.State == NaiveState.Held && now < order.PayBy + grace;
        var pays = !IsToRecall(order.Seq) && (isInTime || MayHoldAgain(order, now)) && capture.Payer == order.User
            && capture.Amount.Currency == Terms.Product.Price.Currency
            && capture.Amount.Amount == Terms.Product.Price.Amount * order.Units.Length;
        return pays ? CaptureResult.Sold : CaptureResult.RefundOwed;
    }

    // A late payment gets units that anybody could buy now.
    private bool MayHoldAgain(NaiveOrder order, long now)
    {
        if (order.State is not (NaiveState.Held or NaiveState.Expired)) return false;
        if (CancelledAt.GetValueOrDefault(order.User) > order.Seq) return false;
        if (now >= Schedule.SaleCloses.ToUnixTimeMilliseconds()) return false;
        var hasUnits = order is { State: NaiveState.Held, From: null };
        var free = Count(NaiveUnit.Free) + (hasUnits ? order.Units.Length : 0);
        var others = Orders.Where(other => other.User == order.User && other.IsLive && other != order)
            .Sum(other => other.Units.Length);
        return Opened && !Ended && !Closed && !Paused && Waiting == 0 && !IsCarrying && free >= order.Units.Length
            && others + WantedUnitsOf(order.User) + order.Units.Length <= Terms.PerUserLimit;
    }

    public Answer<Effect> ExpectCancel(long seq, Alias? owner)
    {
        if (Find(seq) is not { } order || (owner is not null && owner != order.User)) return Refusal.NotFound;
        if (!order.IsLive) return Effect.AlreadySo;
        var stays = order.State == NaiveState.Paid
            && (order.ShippedUnder is not null
                || (owner is not null && (Terms.CancelPaid == PaidCancellation.Never || TakerOf(order) is not null)));
        return stays ? Refusal.Conflict : Effect.Done;
    }

    public Answer<Effect> ExpectReservationCancelled(Alias user, long version)
    {
        if (version <= CancelledVersions.GetValueOrDefault(user)) return Effect.AlreadySo;
        return Orders.Exists(order => order.User == user && order.IsLive) ? Refusal.Conflict : Effect.Done;
    }

    public Answer<Effect> ExpectOperate(OperatorCommand command, long now)
    {
        if (BuyerCommandsDone.ContainsKey((command.By, command.Key))) return Refusal.Conflict;
        if (CommandsDone.TryGetValue((command.By, command.Key), out var done))
            return done == command with { Reason = "" } ? Effect.AlreadySo : Refusal.Conflict;
        return command.Action switch
        {
            OperatorAction.Extend => ExpectExtend(command.Seconds),
            OperatorAction.Reschedule => ExpectReschedule(command.Schedule!, now),
            OperatorAction.Recall => ExpectRecall(command.Orders!.Value),
            OperatorAction.Close => If(!Closed),
            OperatorAction.Withdraw => command.Units > Count(NaiveUnit.Free) ? Refusal.Conflict : Effect.Done,
            OperatorAction.DropBacklog => !Ended || IsCarrying ? Refusal.Conflict
                : If(Places.Exists(place => place.IsKept)),
            _ when Closed || Ended => Refusal.SaleClosed,
            OperatorAction.SuspendLine => If(!Suspended),
            OperatorAction.ResumeLine => If(Suspended),
            OperatorAction.Pause => If(!Paused),
            OperatorAction.Resume when IsRecalling => Refusal.Conflict,
            OperatorAction.Resume => If(Paused),
            _ => Effect.Done,
        };
    }

    public Answer<Effect> ExpectAnonymise(long now)
    {
        if (Anonymised) return Effect.AlreadySo;
        var isSettled = Ended && !IsRecalling && !Orders.Exists(order => order.State == NaiveState.Held)
            && Payments.Values.All(payment => payment.Where != NaiveMoney.Owed);
        // Reservations must have been closed for a minute.
        isSettled &= now >= Schedule.ReservationCloses.ToUnixTimeMilliseconds() + 60_000;
        return isSettled && now >= EndedAt + (Terms.KeepPersonalDataDays * 86_400_000L)
            ? Effect.Done : Refusal.Conflict;
    }

    private static Answer<Effect> If(bool isChange) => isChange ? Effect.Done : Effect.AlreadySo;

    public OrderStatus StatusOf(NaiveOrder order)
    {
        var money = Payments.Values.Where(payment => payment.Order == order.Seq)
            .Select(payment => payment.IsEmpty ? NaiveMoney.PaidBack : payment.Where).ToList();
        return order.State switch
        {
            NaiveState.Held => OrderStatus.AwaitingPayment,
            NaiveState.Paid => OrderStatus.Paid,
            _ when money.Contains(NaiveMoney.Owed) => OrderStatus.Refunding,
            _ when money.Contains(NaiveMoney.PaidBack) => OrderStatus.Refunded,
            NaiveState.Expired => OrderStatus.Expired,
            _ => OrderStatus.Cancelled,
        };
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>
/// Plays a history on the rules and on the naive sale side by side. After every entry the counts, the units, the orders
/// and the money are compared; before every entry, that deciding it changed nothing; for every answer, that the naive
/// sale gives the same.
/// </summary>
internal sealed partial class Player
{
    private readonly History _history;
    private readonly NaiveSale _naive;
    private readonly LiveBatch _live = new();
    private readonly Dictionary<PaymentId, Capture> _captured = [];
    private long _clock;

    public Player(History history)
    {
        _history = history;
        _naive = new NaiveSale(history.Grace);
        _clock = LiveBatch.Opening + history.Start;
        Commit(OperatorRules.DecideCreate(State, history.Terms, LiveBatch.Key.Hash).Entries);
    }

    private SaleBatch State => _live.State;

    /// <summary>The dump of the state after each entry, in their order.</summary>
    public List<string> Dumps { get; } = [];

    /// <summary>The outcomes told, by name: that the histories reach them all is checked as well.</summary>
    public Dictionary<string, int> Told { get; } = [];

    private long Now => Math.Max(_clock, State.LastAt);

    public LiveBatch Play()
    {
        foreach (var command in _history.Commands) Play(command);
        return _live;
    }

    private void Play(Command command)
    {
        switch (command)
        {
            case Buy buy: Play(buy); break;
            case GoTo goTo: _clock = InstantOf(goTo) + goTo.Offset; break;
            case Wait wait: _clock += wait.Milliseconds; break;
            case Sweep: PlaySweep(); break;
            case CheckOut checkOut: Play(checkOut); break;
            case Pay pay: Play(pay); break;
            case Refund refund: Play(refund); break;
            case Stall stall: Play(stall); break;
            case News news: Play(news); break;
            case Settle settle: Play(settle); break;
            case Cancel cancel: Play(cancel); break;
            case CancelReservation cancel: Play(cancel); break;
            case Leave leave: Play(leave); break;
            case Carry carry: Play(carry); break;
            case LetGo letGo: Play(letGo); break;
            case EndCarrying: PlayEndOfCarrying(); break;
            case Operate operate: Play(operate); break;
            case Change change: Play(change); break;
            case ChangeAgain: PlayAgain(); break;
            case Approve approve: Play(approve); break;
            case Move move: Play(move); break;
            case GiveBack giveBack: Play(giveBack); break;
            case Anonymise anonymise: Play(anonymise); break;
            default: throw new ArgumentOutOfRangeException(nameof(command), command, "unknown step");
        }
    }

    // The work that the actor does before it decides.
    private void DoDue(bool areReleasesLeft)
    {
        while (Pure(() => Agenda.Next(State, Now, _history.Grace)) is { } due && !(areReleasesLeft && due is Released))
        {
            Tell(due switch
            {
                OpenedSale => "opened",
                EndedSale => "ended",
                Held { Offer.From: not null } => "offered a return",
                Held held => held.Units.Length < State.Line.Find(held.Offer!.Place)!.Quantity
                    ? "offered a part" : "offered",
                Left => "passed",
                RefundOwed => "recalled and owed",
                Released { Reason: CancelReason.Recalled } => "recalled",
                Released { Order: var ended } when _naive.Find(ended)?.From is { } from && _naive.IsKept(from) =>
                    "kept after all",
                _ => "expired",
            });
            Take(due, Now);
            // What must be in one commit is checked together.
            if (!Agenda.MustGoOn(State)) _naive.CheckMoney();
        }
        // From their instants on, the ledger has the opening and the end.
        if (!_naive.Closed && Now >= _naive.Schedule.SaleOpens.ToUnixTimeMilliseconds())
            _naive.Opened.ShouldBeTrue();
        if (Now >= _naive.Schedule.SaleCloses.ToUnixTimeMilliseconds()) _naive.Ended.ShouldBeTrue();
    }

    private void Play(Buy buy)
    {
        DoDue(_history.IsBehind);
        var (name, user) = (History.Users[buy.User], LiveBatch.AliasOf(History.Users[buy.User]));
        var cancelled = _naive.CancelledVersions.GetValueOrDefault(user);
        var quantity = buy.Quantity switch
        {
            Amount.One => 1,
            Amount.Limit => _history.Terms.PerUserLimit,
            Amount.LimitAndOne => _history.Terms.PerUserLimit + 1,
            Amount.AllFree => Math.Max(1, _naive.Count(NaiveUnit.Free)),
            _ => _naive.Count(NaiveUnit.Free) + 1,
        };
        var version = buy.Version switch { Version.Fresh => cancelled + 1, Version.Cancelled => cancelled, _ => 0 };
        var request = new PurchaseRequest(
            user, LiveBatch.HashOf(name, buy.Key == 0 ? null : $"k{buy.Key}"), quantity, version, buy.ByTicket,
            buy.Standby);
        var expected = _naive.ExpectPurchase(request, Now);
        var decision = Pure(() => PurchaseRules.Decide(State, request, Now));
        var outcome = decision.Outcome;

        Tell($"purchase {outcome.Refused?.ToString() ?? (outcome.Repeated ? "repeat" : "made")}");
        outcome.Refused.ShouldBe(expected.Refused);
        outcome.Repeated.ShouldBe(expected.Repeated is not null || expected.Place is not null);
        (decision.Entries.Length > 0)
            .ShouldBe(outcome is { Refused: null, Repeated: false }, "exactly a new order or place is an entry");
        (outcome.Place is not null).ShouldBe(expected.Joins || expected.Place is not null);
        if (outcome.Refused == Refusal.SoldOut)
            outcome.MayStandBy.ShouldBe(
                !_naive.Suspended && !_naive.IsCarrying && _naive.Waiting < _naive.Terms.StandbyPlaces);
        Commit(decision.Entries);
        if (outcome.Place is { } waits)
        {
            Tell(outcome.Repeated ? "place again" : "place");
            CheckPlace(waits, expected.Place ?? _naive.Places[^1]);
        }
        if (outcome.Order is null) return;
        var order = expected.Repeated ?? _naive.Orders[^1];
        CheckView(outcome.Order, order);
        if (!outcome.Repeated) outcome.Order.Units.Length.ShouldBe(quantity);
    }

    private void Play(Cancel cancel)
    {
        DoDue(_history.IsBehind);
        var seq = OrderAt(cancel.Order);
        var order = _naive.Find(seq);
        Alias? owner = cancel.Who switch
        {
            Who.Operator => null,
            Who.Owner => order?.User ?? LiveBatch.AliasOf("weibo:alice"),
            _ => LiveBatch.AliasOf("weibo:stranger"),
        };
        Cancellation? by = cancel.Who == Who.Operator ? new Cancellation(LiveBatch.Boss, cancel.Reason) : null;
        var expected = _naive.ExpectCancel(seq, owner);
        var wasPaid = order?.State == NaiveState.Paid;
        var decision = Pure(() => PaymentRules.DecideCancel(State, seq, owner, by));
        var isDone = expected is { Refused: null, Value: Effect.Done };
        var how = decision.Outcome.Refused?.ToString() ?? (!isDone ? "ended" : wasPaid ? "paid" : "cancelled");
        Tell($"cancel {how}{(by is null ? "" : " by an operator")}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        var isEmpty = wasPaid && _naive.Payments[order!.Payment!.Value].IsEmpty;
        decision.Entries.Length.ShouldBe(!isDone ? 0 : wasPaid && !isEmpty ? 2 : 1);
        Commit(decision.Entries);
        if (expected.Refused is null) order!.IsLive.ShouldBeFalse();
        if (isDone) order!.Cancelled.ShouldBe(by ?? new Cancellation(null, CancelReason.Unstated));
    }

    private void Play(CancelReservation cancel)
    {
        DoDue(_history.IsBehind);
        var user = LiveBatch.AliasOf(History.Users[cancel.User]);
        var version = _naive.CancelledVersions.GetValueOrDefault(user) + cancel.Step;
        var expected = _naive.ExpectReservationCancelled(user, version);
        var decision = Pure(() => HoldRules.DecideReservationCancelled(State, user, version));
        Tell($"reservation {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        Commit(decision.Entries);
    }

    private void Play(Anonymise anonymise)
    {
        _clock += anonymise.Days * 86_400_000L;
        DoDue(_history.IsBehind);
        var expected = _naive.ExpectAnonymise(Now);
        var decision = Pure(() => ErasureRules.DecideAnonymise(State, LiveBatch.Boss, Now));
        Tell($"anonymise {decision.Outcome.Refused?.ToString() ?? decision.Outcome.Value.ToString()}");
        (decision.Outcome.Refused, decision.Outcome.Value).ShouldBe((expected.Refused, expected.Value));
        (decision.Entries.Length > 0).ShouldBe(expected is { Refused: null, Value: Effect.Done });
        Commit(decision.Entries);
    }

    // A decision is a pure function: it does not change the state, and a repeat decides the same.
    private T Pure<T>(Func<T> decide)
    {
        var before = StateDump.Of(State);
        var decision = decide();
        StateDump.Same(StateDump.Of(State), before);
        return decision;
    }

    private void Commit(params BatchEntry?[] entries)
    {
        var now = Now;
        foreach (var entry in entries)
        {
            if (entry is not null) Take(entry, now);
        }
        _naive.CheckMoney();
        CompareMoney();
    }

    private void Take(BatchEntry entry, long now)
    {
        _naive.Take(State.LastSeq + 1, now, entry);
        _live.Commit(now, entry);
        Dumps.Add(StateDump.Of(State));
        Compare();
    }

    // I1, checked with the units themselves after every entry.
    private void Compare()
    {
        (State.Stock.Total, State.Stock.Free.Count, State.Stock.Held, State.Stock.Sold, State.Stock.Withdrawn)
            .ShouldBe((_naive.Units.Count,
            _naive.Count(NaiveUnit.Free), _naive.Count(NaiveUnit.Held), _naive.Count(NaiveUnit.Sold),
            _naive.Count(NaiveUnit.Withdrawn)));
        (State.Stock.Free.Count + State.Stock.Held + State.Stock.Sold + State.Stock.Withdrawn)
            .ShouldBe(State.Stock.Total, "I1");
        foreach (var (unit, state) in _naive.Units)
        {
            if (State.Stock.Free.Contains(unit) != (state == NaiveUnit.Free)) Assert.Fail($"unit {unit} is {state}");
        }
        State.Orders.All.Count.ShouldBe(_naive.Orders.Count);
        foreach (var order in _naive.Orders) CheckView(State.Orders.View(State.Orders.Find(order.Seq)!), order);
        var live = _naive.Orders.Where(order => order is { IsLive: true, From: null })
            .SelectMany(order => order.Units).ToList();
        live.Distinct().Count().ShouldBe(live.Count, "no unit is in two live orders");
        var first = _naive.Orders.Where(order => order.State == NaiveState.Held).OrderBy(order => order.PayBy)
            .FirstOrDefault();
        State.Orders.NextDeadline()?.PayBy.ShouldBe(first!.PayBy);
        (State.Orders.NextDeadline() is null).ShouldBe(first is null);
        CompareLine();
        (State.Directing.Schedule, State.Directing.IsPaused, State.IsRecalling)
            .ShouldBe((_naive.Schedule, _naive.Paused, _naive.IsRecalling));
        State.Payments.Owed.Count.ShouldBe(_naive.Payments.Values.Count(payment => payment.Where == NaiveMoney.Owed));
    }

    private void CheckView(OrderView view, NaiveOrder order)
    {
        if (!view.Units.AsSpan().SequenceEqual(order.Units))
            Assert.Fail($"order {order.Seq} has units {string.Join(' ', view.Units)}");
        (view.Seq, view.Batch, view.Buyer, view.Status, view.Amount, view.Checkout, view.Payment)
            .ShouldBe((order.Seq, _naive.Terms.Id,
            order.User, _naive.StatusOf(order), LiveBatch.Price * order.Units.Length, order.Checkout,
            order.Payment?.Id));
        view.Cancelled.ShouldBe(order.Cancelled);
        (view.Instants?.PaidAt, view.Instants?.RefundedAt).ShouldBe(_naive.ExpectInstants(order));
        view.Revivals.ShouldBe(order.Revivals);
        view.Return.ShouldBe(_naive.ReturnOf(order));
        view.Shipment.ShouldBe(order.ShippedUnder is { } key
            ? new Shipment(LiveBatch.Instant(order.ShippedAt), key.ToString()) : null);
        (view.HeldAt, view.PayBy).ShouldBe((LiveBatch.Instant(order.HeldAt), LiveBatch.Instant(order.PayBy)));
    }

    private long OrderAt(int index) =>
        _naive.Orders is [] ? 2 : index % (_naive.Orders.Count + 1) is var i && i < _naive.Orders.Count
            ? _naive.Orders[i].Seq : 1_000;

    private long InstantOf(GoTo goTo)
    {
        var payBy = _naive.Find(OrderAt(goTo.Order))?.PayBy ?? Now;
        return goTo.Boundary switch
        {
            Boundary.ReservationOpens => _naive.Schedule.ReservationOpens.ToUnixTimeMilliseconds(),
            Boundary.SaleOpens => _naive.Schedule.SaleOpens.ToUnixTimeMilliseconds(),
            Boundary.SaleCloses => _naive.Schedule.SaleCloses.ToUnixTimeMilliseconds(),
            Boundary.PayBy => payBy,
            _ => payBy + _history.Grace,
        };
    }

    private void Tell(string what) => Told[what] = Told.GetValueOrDefault(what) + 1;
}

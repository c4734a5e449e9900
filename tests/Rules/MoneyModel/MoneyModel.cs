using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.MoneyModel;

/// <summary>
/// Buyers, two providers, the clock, crashes and messages that come again, against the rules. A step's numbers are
/// choices among what there is.
/// </summary>
internal sealed class MoneyModel
{
    private readonly ModelEngine _engine = new();
    private readonly ModelProvider[] _providers = [new("alipay"), new("stripe")];
    private readonly HashSet<string> _settled = [];
    private int _commands;

    /// <summary>What happened, by name: that the steps reach it all is checked as well.</summary>
    public HashSet<string> Reached { get; } = [];

    public void Play((Step Step, int Pick, int Choice) step)
    {
        var (what, pick, choice) = step;
        switch (what)
        {
            case Step.Wait: _engine.Clock += choice * 1_000L; _engine.DoDue(); break;
            case Step.Buy: Buy($"weibo:u{pick % 4}", quantity: 1 + (choice % 2)); break;
            case Step.CheckOut: CheckOut(pick, _providers[choice % 2]); break;
            case Step.Pay: Pay(pick, choice); break;
            case Step.Deliver: Deliver(pick, isRepeat: false, isAcknowledged: choice % 4 != 0); break;
            case Step.Redeliver: Deliver(pick, isRepeat: true, isAcknowledged: true); break;
            case Step.Ask: Ask(pick); break;
            case Step.Cancel: Cancel(pick); break;
            case Step.Refund: Refund(pick, choice); break;
            case Step.MoveRefund: MoveRefund(pick, choice); break;
            case Step.RefundByHand: RefundByHand(pick, choice); break;
            case Step.Dispute: Dispute(pick, choice); break;
            case Step.Settle: Settle(pick); break;
            case Step.Direct: Direct(choice); break;
            case Step.Commit: _engine.Commit(); break;
            case Step.Crash: if (!_engine.IsDurable) Reached.Add("crash"); _engine.Crash(); break;
            default: throw new ArgumentOutOfRangeException(nameof(step), what, "unknown step");
        }
        CheckBalances();
    }

    /// <summary>
    /// Everybody recovers: messages arrive, checkouts are asked for, refunds are made. Then the engine's books agree
    /// with the providers', to the minor unit.
    /// </summary>
    public void Settle()
    {
        for (var round = 0; round < 6; round++)
        {
            var pending = _providers.SelectMany(of => of.Refunds).Where(of => of.Status == RefundStatus.Pending);
            foreach (var refund in pending)
                refund.Status = RefundStatus.Succeeded;
            for (var i = 0; i < 200 && Array.Exists(_providers, of => of.Outbox.Count > 0); i++)
                Deliver(i, isRepeat: false, isAcknowledged: true);
            for (var i = 0; i < _engine.State.Orders.All.Count; i++) Ask(i);
            for (var i = _engine.State.Payments.Owed.Count; --i >= 0;) Refund(i, 0);
            _engine.Commit();
        }
        CheckBalances();
        foreach (var provider in _providers) CheckAgainst(provider);
    }

    private void CheckBalances() =>
        NoticeRules.View(_engine.State).Balances.ShouldAllBe(balance => balance.IsBalanced, "to the minor unit");

    private void CheckAgainst(ModelProvider provider)
    {
        var known = _engine.State.Payments.All.Values.Where(of => of.Id.Provider == provider.Name)
            .ToDictionary(of => of.Id.Id);
        known.Keys.Order().ShouldBe(provider.Payments.Keys.Order(), "every capture is recorded");
        foreach (var payment in known.Values)
        {
            var byHand = _settled.Contains(payment.Id.Id);
            var wentBack = payment.State == PaymentState.PaidBack ? payment.Amount.Amount : payment.Elsewhere;
            if (!byHand) wentBack.ShouldBe(provider.WentBack(payment.Id.Id), $"{payment.Id}: what went back");
            wentBack.ShouldBeLessThanOrEqualTo(payment.Amount.Amount);
        }
        var balances = _engine.State.Payments.Balances.View().Where(of => of.Provider == provider.Name).ToList();
        balances.Sum(of => of.Captured).ShouldBe(provider.Payments.Values.Sum(of => of.Amount.Amount));
        balances.Sum(of => of.Sold).ShouldBe(_engine.State.Orders.All
            .Where(order => order.Hold == HoldState.Sold && order.Payment?.Provider == provider.Name)
            .Sum(order => (Price * order.Quantity).Amount - known[order.Payment!.Value.Id].Elsewhere));
        // What is owed still is disputed: nobody can pay it back.
        foreach (var owed in known.Values.Where(of => of.State == PaymentState.Owed && of.Left.Amount > 0))
            provider.Disputes.Values.ShouldContain((owed.Id.Id, DisputeState.Open));
    }

    private void Buy(string user, int quantity)
    {
        _engine.DoDue();
        _engine.Take(PurchaseRules.Decide(
            _engine.State, new PurchaseRequest(AliasOf(user), null, quantity, 1, true, false), _engine.Now));
    }

    private void CheckOut(int pick, ModelProvider provider)
    {
        if (OrderAt(pick) is not { } order) return;
        if (PaymentRules.MayCheckOut(_engine.State, order.Seq, _engine.Now) is not null) return;
        // The provider opens the checkout first. A crash may lose the record of it.
        _engine.Commit();
        var open = provider.Open(order.Seq, Price * order.Quantity);
        _engine.Take(PaymentRules.DecideCheckout(_engine.State, order.Seq, provider.Name, open.Id, _engine.Now));
        _engine.Commit();
    }

    private void Pay(int pick, int choice)
    {
        var open = _providers.SelectMany(of => of.Checkouts.Values.Select(checkout => (of, checkout))).ToList();
        if (open.Count == 0) return;
        var (provider, checkout) = open[pick % open.Count];
        if (checkout.IsClosed && checkout.Payment is null) return;
        var order = _engine.State.Orders.Find(checkout.Order)!;
        var payer = Enumerable.Range(0, 4).Select(i => $"weibo:u{i}").Single(user => AliasOf(user) == order.Buyer);
        var (who, amount) = (choice % 11 == 1 ? "weibo:stranger" : payer, checkout.Amount);
        if (choice % 11 == 2) amount = amount with { Amount = amount.Amount - 1 };
        if (choice % 11 == 3) amount = amount with { Currency = "USD" };
        // The engine asks for the order's last checkout only.
        var isAsked = (order.CheckoutProvider, order.Checkout) == (provider.Name, checkout.Id) && order.Payment is null;
        provider.Pay(checkout, who, amount, isTold: !isAsked || choice % 5 != 4);
        if (isAsked && choice % 5 == 4) Ask(IndexOf(order));
    }

    private void Deliver(int pick, bool isRepeat, bool isAcknowledged)
    {
        var all = _providers.SelectMany(of => (isRepeat ? of.Acknowledged : of.Outbox).Select(message => (of, message)))
            .ToList();
        if (all.Count == 0) return;
        var (provider, message) = all[pick % all.Count];
        var payment = provider.Payments[message.Payment];
        var isTaken = message is { Refund: null, Dispute: null } ? Capture(provider, payment)
            : _engine.Take(NoticeRules.DecideNews(_engine.State, payment.Order, provider.Name, new PaymentNews(
                $"mi2-1.{payment.Order}", payment.Id, message.Refund is { } refund ? [refund] : [],
                message.Dispute is { } dispute ? [dispute] : []))).Refused is null;
        if (isRepeat || !isTaken || !isAcknowledged) return;
        // It is acknowledged only after the commit.
        _engine.Commit();
        provider.Outbox.Remove(message);
        provider.Acknowledged.Add(message);
    }

    private bool Capture(ModelProvider provider, ModelPayment payment)
    {
        var capture = new Capture(payment.Order, provider.Name, payment.Id, AliasOf(payment.Payer), payment.Amount);
        var outcome = _engine.Take(PaymentRules.DecideCapture(_engine.State, capture, _engine.Now, Grace));
        Reached.Add($"{outcome.Value}");
        return outcome.Refused is null;
    }

    // The engine asks for a checkout, and from payBy on closes it.
    private void Ask(int pick)
    {
        if (OrderAt(pick) is not { Checkout: { } id } order) return;
        var isOver = ClosingRules.MayBeLeftOpen(order, _engine.Now);
        if (!isOver && !ClosingRules.IsOpen(order, _engine.Now)) return;
        var provider = _providers.Single(of => of.Name == order.CheckoutProvider);
        var checkout = provider.Checkouts[id];
        if (isOver) checkout.IsClosed = true;
        if (checkout.Payment is not { } paid) return;
        Reached.Add("found paid");
        Capture(provider, provider.Payments[paid]);
        _engine.Commit();
    }

    private void Cancel(int pick)
    {
        if (OrderAt(pick) is not { } order) return;
        _engine.DoDue();
        _engine.Take(PaymentRules.DecideCancel(_engine.State, order.Seq, order.Buyer));
    }

    private void Refund(int pick, int choice)
    {
        if (_engine.State.Payments.Owed.Count == 0) return;
        // Only a durable debt is paid back.
        _engine.Commit();
        var owed = _engine.State.Payments.Owed.ElementAt(pick % _engine.State.Payments.Owed.Count);
        var provider = _providers.Single(of => of.Name == owed.Id.Provider);
        var left = owed.Left;
        var tries = provider.Refunds.Count(
            of => of.Payment == owed.Id.Id && of is { Key: not null, Status: RefundStatus.Failed });
        var key = $"{owed.Id.Id}-{owed.RefundedThere}-{tries}";
        var asks = provider.Refunds.FindAll(of => of.Payment == owed.Id.Id && of.Status == RefundStatus.Succeeded);
        // The provider finds what went back before, whoever asked for it.
        if (asks.Count > 0 && asks.Sum(of => of.Amount) == left.Amount + owed.RefundedThere)
        {
            Reached.Add("refund found");
            Record(asks[^1]);
            return;
        }
        var made = left.Amount == 0 && owed.Amount.Amount == 0 ? null
            : provider.Refund(owed.Id.Id, key, left.Amount, (RefundStatus)(choice % 3));
        if (choice % 7 == 6) return; // The answer is lost.
        if (made is { Status: RefundStatus.Succeeded }) Record(made);
        else
        {
            var code = made is null ? "refused" : $"refund-{made.Status}";
            _engine.Take(NoticeRules.DecideStalled(_engine.State, owed.Id, code));
        }

        void Record(ModelRefund refund)
        {
            Reached.Add(owed.StallCode is null ? "refunded" : "refunded late");
            // The newest refund may be known, and an older one not yet.
            if (_engine.Take(PaymentRules.DecideRefunded(_engine.State, owed.Id, refund.Id, left)) is { } whyNot)
                _engine.Take(NoticeRules.DecideStalled(_engine.State, owed.Id, whyNot));
        }
    }

    private void MoveRefund(int pick, int choice)
    {
        var pending = _providers.SelectMany(of => of.Refunds).Where(of => of.Status == RefundStatus.Pending).ToList();
        if (pending.Count > 0)
            pending[pick % pending.Count].Status = choice % 2 == 0 ? RefundStatus.Succeeded : RefundStatus.Failed;
    }

    private void RefundByHand(int pick, int choice)
    {
        if (PaymentAt(pick) is not var (provider, payment)) return;
        var left = provider.LeftOf(payment.Id);
        if (left <= 0 || _settled.Contains(payment.Id)) return;
        provider.RefundByHand(payment.Id, choice % 2 == 0 ? left : 1 + (choice * 1_000L % left));
        Reached.Add("refunded by hand");
    }

    private void Dispute(int pick, int choice)
    {
        if (PaymentAt(pick) is not var (provider, payment) || _settled.Contains(payment.Id)) return;
        provider.Dispute(payment.Id, (DisputeState)(choice % 3));
    }

    // An operator pays back by hand only what the provider has given up.
    private void Settle(int pick)
    {
        if (PaymentAt(pick) is not var (provider, payment)) return;
        var isMoving = provider.Refunds.Exists(of => of.Payment == payment.Id && of.Status != RefundStatus.Failed)
            || provider.Disputes.Values.Any(of => of.Payment == payment.Id);
        if (isMoving) return;
        var settled = _engine.Take(NoticeRules.DecideSettled(
            _engine.State, payment.Order, new PaymentId(provider.Name, payment.Id), Boss, SettledHow.Cash));
        if (settled is not { Refused: null, Value: Effect.Done }) return;
        _engine.Commit();
        _settled.Add(payment.Id);
        Reached.Add("settled by hand");
    }

    private void Direct(int choice)
    {
        _engine.DoDue();
        _engine.Take(Grains.Batches.Directing.OperatorRules.Decide(_engine.State, new OperatorCommand(
            choice % 2 == 0 ? OperatorAction.Pause : OperatorAction.Resume, 0, "because", Boss,
            CommandKey($"o{++_commands}"))));
    }

    private Order? OrderAt(int pick) =>
        _engine.State.Orders.All is { Count: > 0 } all ? all[pick % all.Count] : null;

    private int IndexOf(Order order) =>
        Enumerable.Range(0, _engine.State.Orders.All.Count).First(i => _engine.State.Orders.All[i].Seq == order.Seq);

    private (ModelProvider Provider, ModelPayment Payment)? PaymentAt(int pick)
    {
        var all = _providers.SelectMany(of => of.Payments.Values.Select(payment => (of, payment))).ToList();
        return all.Count == 0 ? null : all[pick % all.Count];
    }
}

internal enum Step
{
    Wait,
    Buy,
    CheckOut,
    Pay,
    Deliver,
    Redeliver,
    Ask,
    Cancel,
    Refund,
    MoveRefund,
    RefundByHand,
    Dispute,
    Settle,
    Direct,
    Commit,
    Crash,
}

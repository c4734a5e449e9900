using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The rules for money that moves, or does not move, without the engine. A captured amount is always in exactly one of
/// four places: it pays for an order, it is owed, it was refunded, or it was refunded elsewhere.
/// </summary>
public static class NoticeRules
{
    /// <summary>
    /// Most reasons of a stalled refund that a ledger keeps for a payment. Later ones are in the log and the faults.
    /// </summary>
    public const int MaxStalls = 20;

    /// <summary>Most disputes of a payment that a ledger keeps.</summary>
    public const int MaxDisputes = 10;

    /// <summary>
    /// Decides the record of what the provider says about a refund that it has not made. The same reason again changes
    /// nothing.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="code">The provider's reason.</param>
    /// <returns>Whether it is recorded now.</returns>
    public static Decision<bool> DecideStalled(SaleBatch batch, PaymentId payment, string code) =>
        batch.Payments.All.GetValueOrDefault(payment) is { State: PaymentState.Owed } owed
        && owed.StallCode != code && owed.Stalls < MaxStalls
            ? new(true, new RefundStalled(owed.Order, owed.Id, owed.Left, code))
            : new(false);

    /// <summary>
    /// Decides what a provider says about a payment. It may be told again, in any order, and only in part: what is
    /// recorded already changes nothing.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="order">Sequence of the order that the payment was made for.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="news">What it says.</param>
    /// <returns>Not-found: the batch has no such payment, or not yet.</returns>
    /// <remarks>
    /// No more is recorded as refunded elsewhere than is left of the payment. A refund that the engine finds when it
    /// asks for its own is recorded as that, and its message changes nothing then. So no refund counts twice, whichever
    /// comes first.
    /// </remarks>
    public static Decision<Answer<NewsResult>> DecideNews(
        SaleBatch batch, long order, string provider, PaymentNews news)
    {
        var id = new PaymentId(provider, news.Payment);
        if (batch.Payments.All.GetValueOrDefault(id) is not { } payment || payment.Order != order)
            return new(Refusal.NotFound);
        var entries = new List<BatchEntry>();
        var left = payment.State == PaymentState.PaidBack ? 0 : payment.Left.Amount;
        var result = NewsResult.AlreadySo;
        foreach (var refund in news.Refunds)
        {
            if (batch.Payments.IsRefund(provider, refund.Refund) || refund.Amount.Amount <= 0) continue;
            var code = ElsewhereCodes.OfRefund(refund.Refund);
            if (entries.Exists(entry => entry is RefundedElsewhere moved && moved.Code == code)) continue;
            if (refund.Amount.Currency != payment.Amount.Currency || refund.Amount.Amount > left)
                result = NewsResult.Surplus;
            if (refund.Amount.Currency == payment.Amount.Currency)
                Move(Math.Min(refund.Amount.Amount, left), code);
        }
        var (disputes, told) = (payment.Disputes.Count, new HashSet<string>(StringComparer.Ordinal));
        foreach (var dispute in news.Disputes)
        {
            var isKnown = payment.Disputes.TryGetValue(dispute.Dispute, out var before);
            if (isKnown && (before.State != DisputeState.Open || dispute.State == DisputeState.Open)) continue;
            var code = DisputeCodes.Of(dispute.Dispute, dispute.State);
            if (!told.Add(dispute.Dispute)) continue;
            if (!isKnown && disputes++ >= MaxDisputes) continue;
            entries.Add(new Disputed(order, id, dispute.Amount, code));
            if (dispute.State != DisputeState.Lost || dispute.Amount.Currency != payment.Amount.Currency) continue;
            if (dispute.Amount.Amount > left) result = NewsResult.Surplus;
            Move(Math.Min(dispute.Amount.Amount, left), ElsewhereCodes.OfDispute(dispute.Dispute));
        }
        if (entries.Count > 0 && result == NewsResult.AlreadySo) result = NewsResult.Recorded;
        return new(result, [.. entries]);

        void Move(long amount, string code)
        {
            if (amount == 0) return;
            entries.Add(new RefundedElsewhere(order, id, payment.Amount with { Amount = amount }, code));
            left -= amount;
        }
    }

    /// <summary>
    /// Decides that an owed refund was paid back by hand. It must be stalled, because otherwise the engine makes it,
    /// and the payer would have the money twice.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="order">The order.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="by">The operator.</param>
    /// <param name="how">How it was paid back.</param>
    public static Decision<Answer<Effect>> DecideSettled(
        SaleBatch batch, long order, PaymentId payment, Alias by, SettledHow how)
    {
        if (batch.Payments.All.GetValueOrDefault(payment) is not { } owed || owed.Order != order)
            return new(Refusal.NotFound);
        if (owed.State == PaymentState.PaidBack) return new(Effect.AlreadySo);
        if (owed.State != PaymentState.Owed) return new(Conflict("the payment is not owed back"));
        if (owed.StallCode is null) return new(Conflict("the refund is not stalled: the engine is making it"));
        return owed.Left.Amount == 0
            ? new(Conflict("nothing is left to pay back"))
            : new(Effect.Done, new RefundedElsewhere(order, owed.Id, owed.Left, ElsewhereCodes.Of(how), by));
    }

    /// <summary>The money of the batch.</summary>
    public static MoneyView View(SaleBatch batch)
    {
        var issues = batch.Payments.Issues().ToArray();
        return new MoneyView(
            batch.LastSeq, batch.Payments.Balances.View(), [.. issues.Take(MoneyView.MaxIssues)],
            Math.Max(0, issues.Length - MoneyView.MaxIssues));
    }

    private static Answer<Effect> Conflict(string detail) => new(Refusal.Conflict, detail);
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>Money that moves without the engine. It fails on the first entry that makes money or loses it.</summary>
internal sealed partial class NaiveSale
{
    /// <summary>
    /// What holds after every commit (I6): each captured payment is a paid order's, or on its way back, or back.
    /// </summary>
    public void CheckMoney()
    {
        foreach (var order in Orders.Where(order => order.State == NaiveState.Paid))
        {
            var payment = Payments[order.Payment!.Value];
            payment.Where.ShouldBe(NaiveMoney.Kept, "an order is paid only with a captured payment");
            payment.Order.ShouldBe(order.Seq);
            payment.Amount.ShouldBe(Terms.Product.Price * order.Units.Length);
        }
        foreach (var (id, payment) in Payments.Where(payment => payment.Value.Where == NaiveMoney.Kept))
        {
            var order = Find(payment.Order)!;
            if (payment.IsEmpty && order.State is (NaiveState.Cancelled or NaiveState.Returned)) continue;
            order.State.ShouldBe(NaiveState.Paid, "money is kept only for a paid order");
            order.Payment.ShouldBe(id);
        }
    }

    /// <summary>
    /// Where all captured money is, by provider and currency, counted payment by payment and order by order.
    /// </summary>
    public MoneyBalance[] ExpectBalances() =>
    [
        .. Payments.GroupBy(payment => (payment.Key.Provider, payment.Value.Amount.Currency))
            .OrderBy(of => of.Key.Provider, StringComparer.Ordinal)
            .ThenBy(of => of.Key.Currency, StringComparer.Ordinal)
            .Select(of => new MoneyBalance(
                of.Key.Provider, of.Key.Currency, of.Sum(payment => payment.Value.Amount.Amount),
                Orders.Where(order => order.State == NaiveState.Paid)
                    .Sum(order => of.Where(paid => paid.Key == order.Payment).Sum(paid => paid.Value.Left)),
                SumOf(of, NaiveMoney.Owed), SumOf(of, NaiveMoney.PaidBack),
                of.Sum(payment => payment.Value.Elsewhere.Sum(moved => moved.Amount)),
                of.Any(payment => payment.Value.Fee is not null) ? of.Sum(payment => payment.Value.Fee) : null)),
    ];

    /// <summary>Every payment, as operators see it.</summary>
    public PaymentView[] ExpectPayments() => [.. Payments.Select((payment, index) => new PaymentView(
        index + 1, payment.Value.Order, Find(payment.Value.Order)!.User, payment.Key.Provider, payment.Key.Id,
        payment.Value.Amount, StageOf(payment.Value), Instant(payment.Value.CapturedAt)!.Value, payment.Value.Why,
        payment.Value is { Where: NaiveMoney.Owed, Stalls: [.., var stall] } ? stall
            : payment.Value.Elsewhere is [.., var moved] ? moved.Code : null,
        payment.Value.Elsewhere.Sum(moved => moved.Amount), payment.Value.Refund,
        Instant(payment.Value.PaidBackAt), payment.Value.Fee))];

    /// <summary>When an order was paid, and when the last of its payments had gone back if it is refunded.</summary>
    public (DateTimeOffset? PaidAt, DateTimeOffset? RefundedAt) ExpectInstants(NaiveOrder order) => (
        Instant(order.PaidAt),
        StatusOf(order) != OrderStatus.Refunded ? null
            : Instant(Payments.Values.Where(payment => payment.Order == order.Seq).Max(payment => payment.PaidBackAt)));

    private static PaymentStage StageOf(NaivePayment payment) =>
        payment.Where == NaiveMoney.Owed
            ? payment.Stalls is [] ? PaymentStage.RefundOwed : PaymentStage.RefundStalled
        : payment.Refund is not null ? PaymentStage.Refunded
        : payment.Where == NaiveMoney.PaidBack || payment.IsEmpty ? PaymentStage.RefundedElsewhere
        : PaymentStage.Sold;

    private static DateTimeOffset? Instant(long at) => at == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(at);

    public Answer<Effect> ExpectSettled(long order, PaymentId payment) =>
        Payments.GetValueOrDefault(payment) is not { } known || known.Order != order ? Refusal.NotFound
        : known.Where == NaiveMoney.PaidBack ? Effect.AlreadySo
        : known.Where == NaiveMoney.Owed && known.Stalls is not [] && known.Left > 0 ? Effect.Done
        : Refusal.Conflict;

    private static long SumOf(IEnumerable<KeyValuePair<PaymentId, NaivePayment>> payments, NaiveMoney where) =>
        payments.Where(payment => payment.Value.Where == where).Sum(payment => payment.Value.Left);

    private void TakeStalled(RefundStalled e)
    {
        var payment = Payments[e.Payment];
        (payment.Where, payment.Order, payment.Left, payment.Amount.Currency)
            .ShouldBe((NaiveMoney.Owed, e.Order, e.Amount.Amount, e.Amount.Currency));
        payment.Stalls.LastOrDefault().ShouldNotBe(e.Code, "a reason is recorded once");
        payment.Stalls.Add(e.Code);
    }

    private void TakeElsewhere(RefundedElsewhere e)
    {
        var payment = Payments[e.Payment];
        (payment.Order, payment.Amount.Currency).ShouldBe((e.Order, e.Amount.Currency));
        payment.Where.ShouldNotBe(NaiveMoney.PaidBack, "no more goes back than was captured");
        e.Amount.Amount.ShouldBeInRange(1, payment.Left, "no more goes back than was captured");
        if (e.By is not null)
            (payment.Where, payment.Left, payment.Stalls is []).ShouldBe((NaiveMoney.Owed, e.Amount.Amount, false));
        if (e.Code.StartsWith("refund ", StringComparison.Ordinal))
            Refunds.Add((e.Payment.Provider, e.Code[7..])).ShouldBeTrue("a refund pays back once");
        payment.Elsewhere.Add((e.Amount.Amount, e.Code));
        if (payment.Left == 0) payment.PaidBackAt = At;
        if (payment.Where == NaiveMoney.Owed && payment.Left == 0) payment.Where = NaiveMoney.PaidBack;
    }

    private void TakeDisputed(Disputed e)
    {
        var payment = Payments[e.Payment];
        var words = e.Code.Split(' ');
        var state = Enum.Parse<DisputeState>(words[0], ignoreCase: true);
        if (payment.Disputes.TryGetValue(words[1], out var before))
            (before, state == DisputeState.Open).ShouldBe((DisputeState.Open, false), "a dispute ends once");
        payment.Disputes[words[1]] = state;
    }
}

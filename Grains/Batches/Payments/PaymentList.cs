using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>The captured payments of a batch, as its callers see them.</summary>
public static class PaymentList
{
    /// <summary>A page of them, in the order of their captures.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="after">The number of the payment before them; 0: from the first.</param>
    /// <param name="limit">Most payments, 1 or more.</param>
    public static PaymentPage Page(SaleBatch batch, int after, int limit)
    {
        var captured = batch.Payments.Captured;
        var views = new PaymentView[Math.Clamp(captured.Count - after, 0, limit)];
        for (var i = 0; i < views.Length; i++) views[i] = View(batch, after + i + 1, captured[after + i]);
        return new PaymentPage(views);
    }

    private static PaymentView View(SaleBatch batch, int number, Payment payment) => new(
        number, payment.Order, batch.Orders.Find(payment.Order)!.Buyer, payment.Id.Provider, payment.Id.Id,
        payment.Amount, StageOf(payment), DateTimeOffset.FromUnixTimeMilliseconds(payment.CapturedAt), payment.Why,
        payment.StallCode ?? payment.ElsewhereCode, payment.Elsewhere, payment.Refund,
        payment.PaidBackAt > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(payment.PaidBackAt) : null, payment.Fee);

    private static PaymentStage StageOf(Payment payment) => payment switch
    {
        { State: PaymentState.Kept, IsEmpty: false } => PaymentStage.Sold,
        { State: PaymentState.Owed, StallCode: null } => PaymentStage.RefundOwed,
        { State: PaymentState.Owed } => PaymentStage.RefundStalled,
        { Refund: not null } => PaymentStage.Refunded,
        _ => PaymentStage.RefundedElsewhere,
    };
}

using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>Records captured payments, whether their providers notify of them or are asked.</summary>
internal sealed partial class CaptureCall(DurableBatch batch, ILogger log)
{
    /// <summary>Records one; see <see cref="PaymentRules.DecideCapture"/>.</summary>
    public Task<Answer<CaptureResult>> RecordAsync(Capture capture)
    {
        var now = batch.Now;
        var decision = PaymentRules.DecideCapture(batch.State, capture, now, batch.GraceMilliseconds);
        // A capture that is told again is recorded already, so this is logged once.
        if (decision.Entries.Length > 0) Warn(capture);
        return batch.CommitAsync(decision, now);
    }

    private void Warn(Capture capture)
    {
        var order = OrderId.Of(batch.Id, capture.Order);
        if (capture.Fee is { } fee && PaymentFee.Of(capture) is null)
            Log.UnusableFee(log, order, capture.Provider, capture.Payment, fee.Amount, fee.Currency);
        if (PaymentRules.FindOtherCheckout(batch.State, capture) is { } own)
            Log.OtherCheckout(log, order, capture.Provider, capture.Payment, capture.Checkout!, own);
    }

    private static partial class Log
    {
        [LoggerMessage(20, LogLevel.Warning,
            "Order {Order}: {Provider} reports a fee of payment {Payment} that cannot be: {Amount} {Currency}")]
        public static partial void UnusableFee(
            ILogger log, string order, string provider, string payment, long amount, string currency);

        [LoggerMessage(21, LogLevel.Warning,
            "Order {Order}: {Provider} says that payment {Payment} was made at checkout {Checkout}. The order's is "
                + "{Own}: see whether the payment was told for another order too")]
        public static partial void OtherCheckout(
            ILogger log, string order, string provider, string payment, string checkout, string own);
    }
}

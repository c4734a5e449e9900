using System.Diagnostics.Metrics;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.Payments;

/// <summary>
/// Counts the providers' news of refunds and disputes, and logs what people must look at.
/// </summary>
public sealed partial class PaymentNotices(ILogger<PaymentNotices> log)
{
    // Never disposed: all engines of the process share it.
    private static readonly Counter<long> Notices = new Meter(EngineMeter.Name).CreateCounter<long>(
        "sale.payment.notices", "{notice}", "News of refunds and disputes from payment providers.");

    /// <summary>Notes news of a refund.</summary>
    public void Note(string provider, PaymentNotification.Refunding told)
    {
        var isFailed = told.State is RefundState.Failed or RefundState.Canceled;
        Count(provider, isFailed ? "refund-failed" : "refund");
        if (isFailed) Log.RefundFailed(log, provider, told.Payment, told.Refund ?? "", told.State);
    }

    /// <summary>Notes a dispute.</summary>
    public void Note(string provider, PaymentNotification.Disputed told)
    {
        Count(provider, "dispute");
        Log.Disputed(log, provider, told.Payment, told.Dispute, told.State);
    }

    /// <summary>Notes what became of news that the batch has decided.</summary>
    public void Note(string provider, PaymentNews news, NewsResult result)
    {
        if (result == NewsResult.AlreadySo) return;
        Count(provider, result == NewsResult.Surplus ? "surplus" : "recorded");
        if (result == NewsResult.Surplus) Log.Surplus(log, provider, news.Payment, news.Order);
    }

    private static void Count(string provider, string kind) => Notices.Add(
        1, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("kind", kind));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "At {Provider} refund {Refund} of payment {Payment} is {State}")]
        public static partial void RefundFailed(
            ILogger log, string provider, string payment, string refund, RefundState state);

        [LoggerMessage(2, LogLevel.Warning, "At {Provider} dispute {Dispute} of payment {Payment} is {State}")]
        public static partial void Disputed(
            ILogger log, string provider, string payment, string dispute, string state);

        [LoggerMessage(3, LogLevel.Warning,
            "{Provider} says that more of payment {Payment} was paid back than is left of it; order {Order}")]
        public static partial void Surplus(ILogger log, string provider, string payment, string order);
    }
}

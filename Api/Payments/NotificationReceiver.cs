using System.Buffers;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.Payments;

/// <summary>
/// Acts on the notifications of all providers. A notification is answered only after the batch's commit. Until then the
/// provider repeats the message, so every captured payment is recorded.
/// </summary>
public sealed class NotificationReceiver(
    CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry, PaymentNotices notices, TimeProvider timeProvider)
{
    /// <summary>Receives one; the answer tells the provider whether to send it again.</summary>
    public async Task<IResult> ReceiveAsync(HttpContext http, string provider, INotificationReader reader)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PaymentNotification.MaxBodyBytes + 1);
        PaymentNotification notification;
        try
        {
            var received = await ReceivedBody.ReadAsync(
                http.Request, buffer.AsMemory(0, PaymentNotification.MaxBodyBytes + 1), http.RequestAborted);
            if (received is not { } length) return Problem.Of(Refusal.TooLarge);
            notification = reader.Read(
                new NotificationMessage(
                    name => http.Request.Headers[name] is { Count: 1 } one ? one[0] : null, buffer.AsMemory(0, length)),
                timeProvider.GetUtcNow());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return notification switch
        {
            PaymentNotification.Unverified => Problem.Of(Refusal.Unauthenticated),
            PaymentNotification.Malformed malformed => Problem.Invalid(malformed.Fault.Field, malformed.Fault.Reason),
            PaymentNotification.Captured captured => await CaptureAsync(provider, captured),
            PaymentNotification.Declined or PaymentNotification.Ignored => Results.NoContent(),
            PaymentNotification.Moved moved => await RecordAsync(provider, moved.News),
            PaymentNotification.Refunding refund => await AskAsync(
                provider, refund.Payment, () => notices.Note(provider, refund)),
            PaymentNotification.Disputed dispute => await AskAsync(
                provider, dispute.Payment, () => notices.Note(provider, dispute)),
            var other => throw new InvalidOperationException($"unknown notification {other}"),
        };
    }

    // The message says little. What became of the payment is asked, so the order of messages makes no difference.
    private async Task<IResult> AskAsync(string provider, string payment, Action note)
    {
        var found = await retry.AskAsync(() => grains.GetGrain<IPaymentNewsGrain>(provider).FindAsync(payment));
        if (found.Refused is { } refusal) return Problem.Of(refusal, found.Detail);
        note();
        return found.Value.News is { } news ? await RecordAsync(provider, news) : Results.NoContent();
    }

    private async Task<IResult> RecordAsync(string provider, PaymentNews news)
    {
        if (!OrderId.TryParse(news.Order, out var batch, out var seq) || await catalogue.FindAsync(batch) is null)
            return Problem.Of(Refusal.NotFound);
        var grain = grains.GetGrain<ISaleBatchGrain>(batch);
        var answer = await retry.AskAsync(() => grain.NoteMoneyAsync(seq, provider, news));
        if (answer.Refused is { } refusal) return Problem.Of(refusal);
        notices.Note(provider, news, answer.Value);
        return Results.NoContent();
    }

    private async Task<IResult> CaptureAsync(string provider, PaymentNotification.Captured captured)
    {
        // The order is not of this engine. The notification is refused, so that the provider keeps it and its operators
        // see it.
        if (!OrderId.TryParse(captured.Order, out var batch, out var seq)
            || await catalogue.FindAsync(batch) is not { } feed)
            return Problem.Of(Refusal.NotFound);
        var grain = grains.GetGrain<ISaleBatchGrain>(batch);
        // Without a key the payer matches no order, and the payment is refunded.
        var payer = (await feed.FindKeyAsync())?.AliasOf(captured.User);
        if (payer is null && !feed.IsAnonymised) return Problem.Of(Refusal.Unavailable);
        var capture = new Capture(
            seq, provider, captured.Payment, payer, captured.Amount, captured.Fee, captured.Checkout);
        var answer = await retry.AskAsync(() => grain.CaptureAsync(capture));
        return answer.Refused is { } refusal ? Problem.Of(refusal) : Results.NoContent();
    }
}

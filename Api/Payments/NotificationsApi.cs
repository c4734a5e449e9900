using System.Buffers;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.Payments;

/// <summary>
/// Receives the payment provider's notifications. A notification is answered only after the batch's commit. Until then
/// the provider repeats the message, so every captured payment is recorded.
/// </summary>
public static class NotificationsApi
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapNotifications(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/payments/notifications", ReceiveAsync).WithTags("Payments")
            .WithSummary("The payment provider's webhook").Produces(204)
            .Described("ReceiveNotification", EndpointDescription.Open(
                Refusal.InvalidRequest, Refusal.Unauthenticated, Refusal.NotFound, Refusal.TooLarge, Refusal.Overloaded,
                Refusal.Unavailable));

    private static async Task<IResult> ReceiveAsync(
        HttpContext http, NotificationReceiver receiver, CatalogueCopy catalogue, IGrainFactory grains,
        ActorRetry retry)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PaymentNotification.MaxBodyBytes + 1);
        PaymentNotification notification;
        try
        {
            var length = await ReceivedBody.ReadAsync(
                http.Request, buffer.AsMemory(0, PaymentNotification.MaxBodyBytes + 1), http.RequestAborted);
            if (length > PaymentNotification.MaxBodyBytes)
                return Problem.Invalid("body", $"at most {PaymentNotification.MaxBodyBytes} bytes");
            notification = receiver.Receive(http.Request.Headers, buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return notification switch
        {
            PaymentNotification.Unverified => Problem.Of(Refusal.Unauthenticated),
            PaymentNotification.Malformed malformed => Problem.Invalid(malformed.Fault.Field, malformed.Fault.Reason),
            PaymentNotification.Captured captured => await CaptureAsync(captured, catalogue, grains, retry),
            PaymentNotification.Declined or PaymentNotification.Ignored => Results.NoContent(),
            var other => throw new InvalidOperationException($"unknown notification {other}"),
        };
    }

    private static async Task<IResult> CaptureAsync(
        PaymentNotification.Captured captured, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
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
        var capture = new Capture(seq, SoleProvider.Name, captured.Payment, payer, captured.Amount);
        var answer = await retry.AskAsync(() => grain.CaptureAsync(capture));
        return answer.Refused is { } refusal ? Problem.Of(refusal) : Results.NoContent();
    }
}

using Microsoft.Extensions.Primitives;

namespace OrleansSale.Api.Payments;

/// <summary>
/// Turns a request to the notification endpoint into a <see cref="PaymentNotification"/>. It decides nothing.
/// </summary>
public sealed class NotificationReceiver(WebhookSignature signature, TimeProvider timeProvider)
{
    /// <summary>Verifies the signature over the raw bytes, and reads them only if it is valid.</summary>
    public PaymentNotification Receive(IHeaderDictionary headers, ReadOnlyMemory<byte> body)
    {
        var verdict = signature.Verify(
            Single(headers[WebhookSignature.IdHeader]),
            Single(headers[WebhookSignature.TimestampHeader]),
            Single(headers[WebhookSignature.SignatureHeader]),
            body.Span,
            timeProvider.GetUtcNow());
        return verdict == SignatureVerdict.Valid
            ? PaymentNotification.Parse(body)
            : new PaymentNotification.Unverified(verdict);
    }

    private static string? Single(StringValues values) => values.Count == 1 ? values[0] : null;
}

using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Api.Payments;

/// <summary>Turns what arrives at the notification endpoint into a <see cref="PaymentNotification"/>; it decides nothing.</summary>
public sealed class NotificationReceiver(WebhookSignature signature, TimeProvider clock)
{
    /// <summary>The receiver for the secrets in <see cref="PaymentOptions"/>, which were checked at start.</summary>
    public static NotificationReceiver For(IOptions<PaymentOptions> options, TimeProvider clock) =>
        new(new WebhookSignature(PaymentOptions.ParseWebhookSecrets(options.Value.WebhookSecret)
            ?? throw new InvalidOperationException("Payments:WebhookSecret can't be used.")), clock);

    /// <summary>Verifies the signature over the raw bytes, and reads them only if it is valid.</summary>
    public PaymentNotification Receive(IHeaderDictionary headers, ReadOnlyMemory<byte> body)
    {
        var verdict = signature.Verify(
            Single(headers[WebhookSignature.IdHeader]),
            Single(headers[WebhookSignature.TimestampHeader]),
            Single(headers[WebhookSignature.SignatureHeader]),
            body.Span,
            clock.GetUtcNow());
        return verdict == SignatureVerdict.Valid
            ? PaymentNotification.Parse(body)
            : new PaymentNotification.Unverified(verdict);
    }

    private static string? Single(StringValues values) => values.Count == 1 ? values[0] : null;
}

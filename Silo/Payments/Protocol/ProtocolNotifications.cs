using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Payments.Format;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>The notifications of our own protocol, signed as Standard Webhooks says.</summary>
public sealed class ProtocolNotifications : INotificationReader
{
    private const int MaxTypeLength = 128;

    private readonly WebhookSignature _signature;

    /// <summary>A reader with the secrets of <see cref="WebhookSecrets.Parse"/>.</summary>
    public ProtocolNotifications(string webhookSecret) => _signature = new WebhookSignature(
        WebhookSecrets.Parse(webhookSecret)
        ?? throw new ArgumentException("The secret passed its check and can't be used.", nameof(webhookSecret)));

    /// <inheritdoc/>
    public bool VerifiesPayer => true;

    /// <inheritdoc/>
    public PaymentNotification Read(NotificationMessage message, DateTimeOffset now)
    {
        var verdict = _signature.Verify(
            message.Header(WebhookSignature.IdHeader),
            message.Header(WebhookSignature.TimestampHeader),
            message.Header(WebhookSignature.SignatureHeader),
            message.Body.Span,
            now);
        return verdict == SignatureVerdict.Valid
            ? Parse(message.Body)
            : new PaymentNotification.Unverified(verdict);
    }

    /// <summary>Reads the body of a verified message.</summary>
    public static PaymentNotification Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length > PaymentNotification.MaxBodyBytes)
        {
            return new PaymentNotification.Malformed(
                new JsonFault("body", $"must be at most {PaymentNotification.MaxBodyBytes} bytes"));
        }
        var members = JsonMembers.Parse(body);
        var type = members.Text("type", MaxTypeLength);
        if (members.Fault is { } typeFault) return new PaymentNotification.Malformed(typeFault);
        if (type is not (NotificationType.Captured or NotificationType.Declined))
            return new PaymentNotification.Ignored(type);

        var at = members.Instant("timestamp");
        var data = members.Object("data");
        var checkout = data.Id("checkout", PaymentNotification.MaxIdLength);
        var order = data.Id("order", PaymentNotification.MaxIdLength);
        var user = data.Text("user", PaymentNotification.MaxUserLength);
        PaymentNotification result = type == NotificationType.Captured
            ? new PaymentNotification.Captured(
                data.Id("payment", PaymentNotification.MaxIdLength), checkout, order, user,
                MoneyOf(data.Object("amount")), at)
            : new PaymentNotification.Declined(checkout, order, user, at);
        return members.Fault is { } fault ? new PaymentNotification.Malformed(fault) : result;
    }

    private static Money MoneyOf(JsonMembers members) =>
        new(members.Integer("amount", 0, long.MaxValue), members.Currency("currency"));
}

using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Payments.Format;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>The notifications of our own protocol, signed as Standard Webhooks says.</summary>
public sealed class ProtocolNotifications : INotificationReader
{
    private const int MaxTypeLength = 128;

    // In the order of DisputeState.
    private static readonly string[] DisputeStates = ["open", "won", "lost"];

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
        if (type is not (NotificationType.Captured or NotificationType.Declined or NotificationType.Refunded
            or NotificationType.Disputed))
        {
            return new PaymentNotification.Ignored(type);
        }
        var at = members.Instant("timestamp");
        var data = members.Object("data");
        PaymentNotification result = type switch
        {
            NotificationType.Refunded => RefundedOf(data),
            NotificationType.Disputed => DisputedOf(data),
            _ => DecidedOf(data, type, at),
        };
        return members.Fault is { } fault ? new PaymentNotification.Malformed(fault) : result;
    }

    private static PaymentNotification DecidedOf(JsonMembers data, string type, DateTimeOffset at)
    {
        var checkout = data.Id("checkout", PaymentNotification.MaxIdLength);
        var order = data.Id("order", PaymentNotification.MaxIdLength);
        var user = data.Text("user", PaymentNotification.MaxUserLength);
        return type == NotificationType.Captured
            ? new PaymentNotification.Captured(
                data.Id("payment", PaymentNotification.MaxIdLength), checkout, order, user,
                MoneyOf(data.Object("amount")), at, ProtocolFee.Read(data.OptionalElement("fee")))
            : new PaymentNotification.Declined(checkout, order, user, at);
    }

    private static PaymentNotification.Moved RefundedOf(JsonMembers data) => MovedOf(
        data, [new RefundNews(data.Id("refund", PaymentNotification.MaxIdLength), MoneyOf(data.Object("amount")))], []);

    private static PaymentNotification.Moved DisputedOf(JsonMembers data)
    {
        var dispute = data.Id("dispute", PaymentNotification.MaxIdLength);
        var word = data.Text("state", MaxTypeLength);
        var state = Array.IndexOf(DisputeStates, word);
        if (state < 0) data.Fail("state", $"must be one of {string.Join(", ", DisputeStates)}");
        var amount = MoneyOf(data.Object("amount"));
        return MovedOf(data, [], [new DisputeNews(dispute, amount, (DisputeState)Math.Max(state, 0))]);
    }

    private static PaymentNotification.Moved MovedOf(JsonMembers data, RefundNews[] refunds, DisputeNews[] disputes) =>
        new(new PaymentNews(
            data.Id("order", PaymentNotification.MaxIdLength), data.Id("payment", PaymentNotification.MaxIdLength),
            refunds, disputes));

    private static Money MoneyOf(JsonMembers members) =>
        new(members.Integer("amount", 0, PaymentNotification.MaxAmount), members.Currency("currency"));
}

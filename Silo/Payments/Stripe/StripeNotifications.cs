using System.Text;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Payments.Format;
using OrleansSale.GrainInterfaces.Webhooks;
using Stripe;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// Reads Stripe's events. An endpoint's events have the version of Stripe's API that the endpoint was made with. The
/// types of Stripe's library fit one version only, so the members are read one by one.
/// </summary>
public sealed class StripeNotifications : INotificationReader
{
    /// <summary>Name of the header with the instant and the signatures.</summary>
    public const string SignatureHeader = "Stripe-Signature";

    /// <summary>How far the signature's instant may be from the receiver's clock, in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    private const int MaxIdLength = PaymentNotification.MaxIdLength;
    private const int MaxSignatureLength = 2_000;
    private const int MaxWordLength = 128;
    private const long MaxUnixSeconds = 253_402_300_799;

    private readonly string[] _secrets;

    /// <summary>A reader with one signing secret, or several separated by spaces.</summary>
    public StripeNotifications(string secrets)
    {
        _secrets = secrets.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (_secrets.Length == 0) throw new ArgumentException("A reader needs a secret.", nameof(secrets));
    }

    /// <inheritdoc/>
    public bool VerifiesPayer => false;

    /// <inheritdoc/>
    public PaymentNotification Read(NotificationMessage message, DateTimeOffset now)
    {
        if (message.Header(SignatureHeader) is not { Length: > 0 and <= MaxSignatureLength } signature)
            return new PaymentNotification.Unverified(SignatureVerdict.Malformed);
        var body = Encoding.UTF8.GetString(message.Body.Span);
        return Array.Exists(_secrets, secret => IsSignedWith(body, signature, secret, now))
            ? Parse(message.Body)
            : new PaymentNotification.Unverified(SignatureVerdict.Mismatch);
    }

    /// <summary>Reads the body of a verified event.</summary>
    public static PaymentNotification Parse(ReadOnlyMemory<byte> body)
    {
        var members = JsonMembers.Parse(body);
        var type = members.Text("type", MaxWordLength);
        if (members.Fault is { } typeFault) return new PaymentNotification.Malformed(typeFault);
        var at = members.Integer("created", 0, MaxUnixSeconds);
        var subject = members.Object("data").Object("object");
        var read = type switch
        {
            "checkout.session.completed" or "checkout.session.async_payment_succeeded" => PaidOf(subject, type, at),
            "checkout.session.async_payment_failed" => FailedOf(subject, type, at),
            "refund.created" or "refund.updated" or "refund.failed" => RefundOf(subject, type),
            "charge.refunded" => ChargeOf(subject, type),
            _ when type.StartsWith("charge.dispute.", StringComparison.Ordinal) => DisputeOf(subject, type),
            _ => new PaymentNotification.Ignored(type),
        };
        return members.Fault is { } fault && read is not PaymentNotification.Ignored
            ? new PaymentNotification.Malformed(fault) : read;
    }

    private static bool IsSignedWith(string body, string signature, string secret, DateTimeOffset now)
    {
        try
        {
            EventUtility.ValidateSignature(
                body, signature, secret, (long)Tolerance.TotalSeconds, now.ToUnixTimeSeconds());
            return true;
        }
        catch (Exception e) when (e is StripeException or FormatException or OverflowException)
        {
            return false;
        }
    }

    // A session without our metadata was made by somebody else who sells at the same account.
    private static PaymentNotification PaidOf(JsonMembers session, string type, long at)
    {
        if (OrderOf(session) is not { } order) return new PaymentNotification.Ignored(type);
        // Completed, and paid in a way that takes days: another event follows.
        if (session.Text("payment_status", MaxWordLength) != "paid") return new PaymentNotification.Ignored(type);
        var amount = session.Integer("amount_total", 0, long.MaxValue);
        var money = StripeAmount.From(amount, session.Text("currency", MaxWordLength));
        if (money is null) session.Fail("amount_total", "must be an amount in a known currency");
        return new PaymentNotification.Captured(
            session.Id("payment_intent", MaxIdLength), session.Id("id", MaxIdLength), order, UserOf(session),
            money ?? default, DateTimeOffset.FromUnixTimeSeconds(at));
    }

    private static PaymentNotification FailedOf(JsonMembers session, string type, long at) =>
        OrderOf(session) is not { } order ? new PaymentNotification.Ignored(type)
        : new PaymentNotification.Declined(
            session.Id("id", MaxIdLength), order, UserOf(session), DateTimeOffset.FromUnixTimeSeconds(at));

    private static PaymentNotification RefundOf(JsonMembers refund, string type) =>
        refund.OptionalText("payment_intent", MaxIdLength) is not { } payment ? new PaymentNotification.Ignored(type)
        : new PaymentNotification.Refunding(
            payment, refund.Id("id", MaxIdLength), StateOf(refund.OptionalText("status", MaxWordLength)));

    private static PaymentNotification ChargeOf(JsonMembers charge, string type) =>
        charge.OptionalText("payment_intent", MaxIdLength) is not { } payment ? new PaymentNotification.Ignored(type)
        : new PaymentNotification.Refunding(payment, null, RefundState.Unknown);

    private static PaymentNotification DisputeOf(JsonMembers dispute, string type) =>
        dispute.OptionalText("payment_intent", MaxIdLength) is not { } payment ? new PaymentNotification.Ignored(type)
        : new PaymentNotification.Disputed(
            payment, dispute.Id("id", MaxIdLength), dispute.OptionalText("status", MaxWordLength) ?? "unknown");

    private static string? OrderOf(JsonMembers session) =>
        session.OptionalObject("metadata").OptionalText(StripeMetadata.Order, MaxIdLength);

    private static string UserOf(JsonMembers session) =>
        session.Object("metadata").Text(StripeMetadata.User, PaymentNotification.MaxUserLength);

    private static RefundState StateOf(string? status) => status switch
    {
        "pending" => RefundState.Pending,
        "requires_action" => RefundState.RequiresAction,
        "succeeded" => RefundState.Succeeded,
        "failed" => RefundState.Failed,
        "canceled" => RefundState.Canceled,
        _ => RefundState.Unknown,
    };
}

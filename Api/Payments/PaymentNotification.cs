using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Payments;

/// <summary>
/// A message of the payment provider: the closed set of the results of reading a notification, real or not.
/// </summary>
public abstract record PaymentNotification
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>The value of <c>type</c> for captured money.</summary>
    public const string CapturedType = "payment.captured";

    /// <summary>The value of <c>type</c> for a refused payment.</summary>
    public const string DeclinedType = "payment.declined";

    private const int MaxTypeLength = 128;
    private const int MaxIdLength = 128;
    private const int MaxUserLength = 256;

    private PaymentNotification()
    {
    }

    /// <summary>A payment was captured. Acknowledge it only after it is in the ledger.</summary>
    /// <param name="Payment">The provider's payment id; a second one for the same order is a second capture.</param>
    /// <param name="Checkout">The checkout it was paid at.</param>
    /// <param name="Order">The order id that the provider states. The order may not exist.</param>
    /// <param name="User">The user who paid, <c>weibo:alice</c>.</param>
    /// <param name="Amount">The captured amount.</param>
    /// <param name="At">The provider's instant of the capture: for people, decisions go by the engine's clock.</param>
    public sealed record Captured(
        string Payment, string Checkout, string Order, string User, Money Amount, DateTimeOffset At)
        : PaymentNotification;

    /// <summary>
    /// A payment was declined; no money moved and the checkout is still open. It only needs to be acknowledged.
    /// </summary>
    public sealed record Declined(string Checkout, string Order, string User, DateTimeOffset At) : PaymentNotification;

    /// <summary>
    /// A type that this engine does not know. It is acknowledged, because otherwise the provider would repeat it for
    /// days.
    /// </summary>
    public sealed record Ignored(string Type) : PaymentNotification;

    /// <summary>
    /// Verified, but not in the documented form. It is answered invalid-request with the field's name.
    /// </summary>
    public sealed record Malformed(JsonFault Fault) : PaymentNotification;

    /// <summary>
    /// Not proved to come from the provider. It is answered unauthenticated, and its content is not used.
    /// </summary>
    public sealed record Unverified(SignatureVerdict Verdict) : PaymentNotification;

    /// <summary>Reads the body of a verified message.</summary>
    public static PaymentNotification Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length > MaxBodyBytes)
            return new Malformed(new JsonFault("body", $"must be at most {MaxBodyBytes} bytes"));
        var members = JsonMembers.Parse(body);
        var type = members.Text("type", MaxTypeLength);
        if (members.Fault is { } typeFault) return new Malformed(typeFault);
        if (type is not (CapturedType or DeclinedType)) return new Ignored(type);

        var at = members.Instant("timestamp");
        var data = members.Object("data");
        var checkout = data.Id("checkout", MaxIdLength);
        var order = data.Id("order", MaxIdLength);
        var user = data.Text("user", MaxUserLength);
        PaymentNotification result = type == CapturedType
            ? new Captured(data.Id("payment", MaxIdLength), checkout, order, user, MoneyOf(data.Object("amount")), at)
            : new Declined(checkout, order, user, at);
        return members.Fault is { } fault ? new Malformed(fault) : result;
    }

    private static Money MoneyOf(JsonMembers members) =>
        new(members.Integer("amount", 0, long.MaxValue), members.Currency("currency"));
}

using System.Text.Json.Serialization;

namespace OrleansSale.Api.Sandbox;

/// <summary>An amount of money in minor units.</summary>
internal sealed record MoneyBody(long Amount, string Currency);

/// <summary>The answer to a merchant's checkout.</summary>
internal sealed record CheckoutBody(string Id, string Url, DateTime ExpiresAt);

/// <summary>The answer to a buyer's decision.</summary>
internal sealed record DecisionBody(
    string Checkout,
    string Status,
    string Order,
    MoneyBody Amount,
    DateTime ExpiresAt,
    string? Payment,
    string? Refund,
    string? ReturnUrl);

/// <summary>The answer to a merchant's refund.</summary>
internal sealed record RefundBody(string Id, MoneyBody Amount);

/// <summary>The payments for reconciliation.</summary>
internal sealed record PaymentsBody(IReadOnlyList<PaymentBody> Items);

/// <summary>A captured payment.</summary>
internal sealed record PaymentBody(
    string Payment,
    string Checkout,
    string Order,
    string User,
    MoneyBody Amount,
    DateTime CapturedAt,
    PaymentRefundBody? Refund,
    PaymentNotificationBody Notification);

/// <summary>The refund of a payment.</summary>
internal sealed record PaymentRefundBody(string Id, MoneyBody Amount, DateTime RefundedAt);

/// <summary>How far the notification of a payment is.</summary>
internal sealed record PaymentNotificationBody(long Attempts, DateTime? DeliveredAt, string? LastFault);

/// <summary>The body of a notification.</summary>
internal sealed record NotificationMessage(string Type, DateTime Timestamp, NotificationData Data);

/// <summary>What a notification tells; a declined payment has no id.</summary>
internal sealed record NotificationData(string? Payment, string Checkout, string Order, string User, MoneyBody Amount);

/// <summary>A refusal by RFC 9457.</summary>
/// <param name="Refund">For a payment that was paid back already, whole or in part: the last refund.</param>
/// <param name="Amount">All that was paid back of it.</param>
internal sealed record ProblemBody(
    string Type, string Title, int Status, string Code, string? Field, string? Detail, string? Refund = null,
    MoneyBody? Amount = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckoutBody))]
[JsonSerializable(typeof(DecisionBody))]
[JsonSerializable(typeof(RefundBody))]
[JsonSerializable(typeof(PaymentsBody))]
[JsonSerializable(typeof(NotificationMessage))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class SandboxJson : JsonSerializerContext;

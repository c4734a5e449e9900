using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>An amount of money as the provider's protocol writes it, in minor units.</summary>
internal sealed record MoneyMessage(long Amount, string Currency);

/// <summary>The body of <c>POST {base}/checkouts</c>.</summary>
internal sealed record CheckoutMessage(
    string Order,
    string User,
    string Description,
    MoneyMessage Amount,
    DateTime ExpiresAt,
    Uri? ReturnUrl,
    Uri? NotifyUrl);

/// <summary>The answer to <c>POST {base}/checkouts</c>.</summary>
internal sealed record CheckoutAnswer(string Id, string Url);

/// <summary>The answer to <c>GET {base}/checkouts/{id}/state</c>. The fee is read apart, whatever it is.</summary>
internal sealed record CheckoutStateAnswer(
    string Status, string? Payment = null, string? User = null, MoneyMessage? Amount = null, JsonElement? Fee = null);

/// <summary>The body of <c>POST {base}/refunds</c>.</summary>
internal sealed record RefundMessage(string Payment, string Order, MoneyMessage Amount);

/// <summary>The answer to <c>POST {base}/refunds</c>.</summary>
/// <param name="Id">The refund.</param>
/// <param name="Amount">How much was paid back; null: what was asked for.</param>
/// <param name="Payment">The payment that it is a refund of; null: the one that was asked for.</param>
internal sealed record RefundAnswer(string Id, MoneyMessage? Amount = null, string? Payment = null);

/// <summary>The members of a provider's problem document that the engine reads.</summary>
/// <param name="Code">The reason, as a stable code.</param>
/// <param name="Refund">For already-refunded: the refund that was made, or the last of several.</param>
/// <param name="Amount">For already-refunded: all that was paid back.</param>
/// <param name="Payment">For already-refunded: the payment that was; null: the one that was asked for.</param>
internal sealed record ProblemAnswer(
    string? Code = null, string? Refund = null, MoneyMessage? Amount = null, string? Payment = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CheckoutMessage))]
[JsonSerializable(typeof(CheckoutAnswer))]
[JsonSerializable(typeof(CheckoutStateAnswer))]
[JsonSerializable(typeof(RefundMessage))]
[JsonSerializable(typeof(RefundAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
internal sealed partial class ProviderJson : JsonSerializerContext;

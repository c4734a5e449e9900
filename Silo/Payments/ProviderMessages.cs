using System.Text.Json.Serialization;

namespace OrleansSale.Silo.Payments;

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

/// <summary>The body of <c>POST {base}/refunds</c>.</summary>
internal sealed record RefundMessage(string Payment, string Order, MoneyMessage Amount);

/// <summary>The answer to <c>POST {base}/refunds</c>.</summary>
internal sealed record RefundAnswer(string Id);

/// <summary>The part of a provider's problem document that goes into our message.</summary>
internal sealed record ProblemAnswer(string? Code = null, string? Detail = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(CheckoutMessage))]
[JsonSerializable(typeof(CheckoutAnswer))]
[JsonSerializable(typeof(RefundMessage))]
[JsonSerializable(typeof(RefundAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
internal sealed partial class ProviderJson : JsonSerializerContext;

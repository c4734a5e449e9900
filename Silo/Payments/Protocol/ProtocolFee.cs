using System.Text.Json;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>
/// The member <c>fee</c> of a capture. Whatever it is, the message is read: a payment is not lost for it.
/// </summary>
internal static class ProtocolFee
{
    /// <summary>
    /// The fee; <see cref="PaymentFee.Unreadable"/> if it is no amount of money; null if it is missing.
    /// </summary>
    public static Money? Read(JsonElement? fee) => fee switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Object } money
            when money.TryGetProperty("amount", out var amount) && amount.ValueKind == JsonValueKind.Number
            && amount.TryGetInt64(out var units)
            && money.TryGetProperty("currency", out var currency) && IsCode(currency) =>
            new Money(units, currency.GetString()!),
        _ => PaymentFee.Unreadable,
    };

    // Its bytes are compared first, since a text may be no valid one.
    private static bool IsCode(JsonElement currency) =>
        currency.ValueKind == JsonValueKind.String && currency.GetRawText() is ['"', _, _, _, '"'] raw
        && raw.AsSpan(1, 3).IndexOfAnyExceptInRange('A', 'Z') < 0;
}

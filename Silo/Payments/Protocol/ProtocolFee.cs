using System.Runtime.InteropServices;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Silo.Payments.Protocol;

/// <summary>
/// The member <c>fee</c> of a capture. Whatever its value is, the message is read: a payment is not lost for it. Only
/// what makes the whole message no JSON, or repeats a member, is refused with it.
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

    // Its bytes are compared first: a text whose bytes are not UTF-8 cannot be read.
    private static bool IsCode(JsonElement currency) =>
        currency.ValueKind == JsonValueKind.String && JsonMarshal.GetRawUtf8Value(currency) is [_, .. var code, _]
        && code.Length == 3 && code.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0;
}

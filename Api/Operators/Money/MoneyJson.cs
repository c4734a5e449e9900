using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Operators.Money;

/// <summary>Reads and writes the bodies of the endpoints about money.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(BatchMoneyBody))]
[JsonSerializable(typeof(PaymentList))]
[JsonSerializable(typeof(SettleBody))]
public sealed partial class MoneyJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static MoneyJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}

using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Operators.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Api.Operators.Messages;

/// <summary>A message to a buyer that is not delivered.</summary>
/// <param name="Seq">Its number: the entry of the batch's ledger that it follows from.</param>
/// <param name="Order">The order.</param>
/// <param name="Kind">What the buyer is told: of a refund that is owed or was made, or of an offer to the line.</param>
/// <param name="Why">Why it is refunded; left out: the kind has no reason.</param>
/// <param name="Amount">The money; left out: it is about none.</param>
/// <param name="At">When it happened.</param>
/// <param name="Delivery">Its delivery.</param>
public sealed record OperatorMessageBody(
    long Seq, string Order, [property: JsonConverter(typeof(KebabCase<MessageKind>))] MessageKind Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(KebabCase<RefundCause>))]
    RefundCause? Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MoneyBody? Amount, DateTimeOffset At,
    DeliveryBody Delivery)
{
    internal static OperatorMessageBody Of(MessageView view) => new(
        view.Seq, view.Order, view.Kind, view.Why, view.Amount is { } amount ? MoneyBody.Of(amount) : null, view.At,
        DeliveryBody.Of(view.Delivery));
}

/// <summary>The messages of a batch that are not delivered.</summary>
/// <param name="Items">By number: those that wait, and the last 100 that ended in vain or after a retry.</param>
public sealed record OperatorMessageList(OperatorMessageBody[] Items);

/// <summary>Writes the bodies of the operators' messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(OperatorMessageList))]
public sealed partial class OperatorMessageJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static OperatorMessageJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}

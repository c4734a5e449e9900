using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Operators.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Api.Operators.Messages;

/// <summary>A message to a buyer that is not delivered.</summary>
/// <param name="Seq">
/// Its number: the entry of the batch's ledger that it follows from. A message about a place follows from none; its
/// number is above 1,000,000,000,000.
/// </param>
/// <param name="Order">The order; left out: it is about a place.</param>
/// <param name="Kind">What the buyer is told.</param>
/// <param name="Why">Why it is refunded; left out: the kind has no reason.</param>
/// <param name="Amount">The money; left out: it is about none.</param>
/// <param name="At">When it happened.</param>
/// <param name="Delivery">Its delivery.</param>
/// <param name="Place">The place that waits in the product's backlog; left out: it is about an order.</param>
/// <param name="NextBatch">The batch that the place may reach; left out: it is about an order.</param>
public sealed record OperatorMessageBody(
    long Seq, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Order,
    [property: JsonConverter(typeof(KebabCase<MessageKind>))] MessageKind Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(KebabCase<RefundCause>))]
    RefundCause? Why,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MoneyBody? Amount, DateTimeOffset At,
    DeliveryBody Delivery,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Place = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NextBatch = null)
{
    internal static OperatorMessageBody Of(MessageView view) => new(
        view.Seq, view.Order, view.Kind, view.Why, view.Amount is { } amount ? MoneyBody.Of(amount) : null, view.At,
        DeliveryBody.Of(view.Delivery), view.Place, view.Next);
}

/// <summary>The messages of a batch that are not delivered.</summary>
/// <param name="Items">By number: those that wait, and the last 100 that ended in vain or after a retry.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record OperatorMessageList(
    OperatorMessageBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>Writes the bodies of the operators' messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(OperatorMessageList))]
public sealed partial class OperatorMessageJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static OperatorMessageJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}

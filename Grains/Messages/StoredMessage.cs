using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Announcements;

namespace OrleansSale.Grains.Messages;

/// <summary>A message, as stored. It names its user by the alias alone.</summary>
/// <param name="Seq">
/// Sequence of the entry that it follows from, or above <see cref="MessageBook.MaxSeq"/> if it follows from none.
/// </param>
/// <param name="At">Instant of that entry.</param>
/// <param name="Order">Sequence of the order; 0: it is about a place.</param>
/// <param name="Alias">The alias of the user.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Why">Why; null: the kind has no reason.</param>
/// <param name="Amount">The money it is about; null: none.</param>
/// <param name="Delivery">Its delivery.</param>
/// <param name="PayBy">Until when the units are held, as far as is known; null: the kind has no deadline.</param>
/// <param name="Place">The place's number; null: it is about an order.</param>
/// <param name="Next">The batch that the place may reach; null: it is about an order.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.StoredMessage")]
public sealed record StoredMessage(
    [property: Id(0)] long Seq, [property: Id(1)] DateTimeOffset At, [property: Id(2)] long Order,
    [property: Id(3)] string Alias, [property: Id(4)] MessageKind Kind, [property: Id(5)] RefundCause? Why,
    [property: Id(6)] Money? Amount, [property: Id(7)] PostDelivery Delivery,
    [property: Id(8)] DateTimeOffset? PayBy = null, [property: Id(9)] long? Place = null,
    [property: Id(10)] string? Next = null)
{
    /// <summary>
    /// When its turn comes: at its next try, or at its deadline if that is before. Then there is nobody to tell any
    /// more, or an operator has moved the deadline.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? Turn =>
        PayBy < Delivery.NextTry && !(Delivery.LastTry >= PayBy) ? PayBy : Delivery.NextTry;

    internal MessageView ToView(string batch) =>
        new(
            Seq, Place is null ? OrderId.Of(batch, Order) : null, Kind, Why, Amount, At, Delivery.ToView(), Place,
            Next);
}

/// <summary>What came of a message's turn.</summary>
/// <param name="Result">What came of its try; null: there was none.</param>
/// <param name="PayBy">
/// Until when the units are held now. Null: the kind has no deadline, or, without a try, there is nobody to tell any
/// more.
/// </param>
public readonly record struct MessageTurn(PostResult? Result, DateTimeOffset? PayBy = null);

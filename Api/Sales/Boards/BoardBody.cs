using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// The board: the public snapshot of a batch, from committed state only. free + held + sold + withdrawn = stock.
/// </summary>
/// <param name="Id">Batch id.</param>
/// <param name="Product">The product for sale.</param>
/// <param name="Title">Its heading; left out: the product's name.</param>
/// <param name="Description">What is offered; left out: nothing is said.</param>
/// <param name="Channel">The platform whose users may take part, or a list of them.</param>
/// <param name="Stock">Units offered so far, restocks included.</param>
/// <param name="PerUserLimit">Units a user may have in live orders.</param>
/// <param name="PaymentWindowSeconds">From the hold to payBy.</param>
/// <param name="StandbyLimit">Most buyers who may wait in the line; 0: there is no line.</param>
/// <param name="OfferWindowSeconds">From an offer to a buyer in the line to payBy.</param>
/// <param name="CancelPaid">Until when buyers may cancel a paid order.</param>
/// <param name="BacklogUnits">Units for those who still waited when earlier batches of the product ended.</param>
/// <param name="Schedule">The four instants.</param>
/// <param name="Phase">Where the batch stands at <paramref name="ServerTime"/>.</param>
/// <param name="Paused">Whether an operator has paused it; shows as a phase only from the opening on.</param>
/// <param name="PausedAt">Since when it is paused; left out if it is not.</param>
/// <param name="PauseReason">Why, in the operator's words: 1–500 characters; left out if it is not paused.</param>
/// <param name="ClosedAt">When an operator closed it; left out if none did.</param>
/// <param name="CloseReason">Why, in the operator's words: 1–500 characters; left out if none did.</param>
/// <param name="Free">Units free.</param>
/// <param name="Held">Units in orders awaiting payment.</param>
/// <param name="Sold">Units in paid orders.</param>
/// <param name="Withdrawn">Units taken out of the sale.</param>
/// <param name="Reserved">Reservations, at most 2 s old.</param>
/// <param name="Standby">Buyers who wait in the line. While there are any, free units are theirs.</param>
/// <param name="StandbyOpen">Whether a buyer who finds it sold out may join the line now.</param>
/// <param name="Head">The last entry that these counts include.</param>
/// <param name="ServerTime">
/// The instant at which the batch decides: this front's clock, or later if the batch's ledger is ahead of it.
/// </param>
public sealed record BoardBody(
    string Id, ProductBody Product,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TextsBody? Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TextsBody? Description,
    [property: JsonConverter(typeof(OneOrManyFormat))] string[] Channel, int Stock, int PerUserLimit,
    int PaymentWindowSeconds, int StandbyLimit, int OfferWindowSeconds,
    [property: JsonConverter(typeof(KebabCase<PaidCancellation>))] PaidCancellation CancelPaid, int BacklogUnits,
    ScheduleBody Schedule,
    [property: JsonConverter(typeof(KebabCase<Phase>))] Phase Phase, bool Paused,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? PausedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PauseReason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ClosedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CloseReason,
    int Free, int Held, int Sold, int Withdrawn, long Reserved, int Standby, bool StandbyOpen, HeadBody Head,
    DateTimeOffset ServerTime)
{
    /// <summary>The board of a batch when this front's clock says this.</summary>
    public static BoardBody Of(BatchTerms terms, BatchSnapshot counts, DateTimeOffset clock) => new(
        terms.Id, ProductBody.Of(terms.Product), TextsBody.OfAny(terms.Title), TextsBody.OfAny(terms.Description),
        terms.Channels, counts.Stock, terms.PerUserLimit, terms.PaymentWindowSeconds,
        terms.StandbyPlaces, terms.OfferWindowSeconds ?? terms.PaymentWindowSeconds,
        terms.CancelPaid ?? PaidCancellation.UntilShipped, terms.CarriedUnits,
        ScheduleBody.Of(counts.Schedule), PhaseOf(counts, clock),
        counts.Paused, counts.Pause?.At, counts.Pause?.Reason, counts.Closing?.At, counts.Closing?.Reason,
        counts.Free, counts.Held, counts.Sold, counts.Withdrawn, counts.Reserved, counts.Standby,
        counts.MayStandBy(terms.StandbyPlaces),
        new HeadBody(counts.Seq, Convert.ToHexStringLower(counts.Hash)), counts.At(clock));

    /// <summary>The phase of a batch when this front's clock says this.</summary>
    public static Phase PhaseOf(BatchSnapshot counts, DateTimeOffset clock) =>
        Timetable.PhaseAt(counts.Schedule, counts.At(clock), counts.Paused, counts.Closed, counts.ForSale);
}

/// <summary>Boards.</summary>
/// <param name="Items">What is on sale or opens next comes first, what is over comes last.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record BoardList(
    BoardBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>A product.</summary>
/// <param name="Id">
/// Product id, <c>[a-z0-9-]{1,64}</c>; it may be a number, since it stands in no export to spreadsheets.
/// </param>
/// <param name="Name">Name for people: one line, 1–200 characters.</param>
/// <param name="Price">Price of one unit, 1…1,000,000,000,000 minor units.</param>
/// <param name="ImageUrl">An https or site-relative address of a picture, at most 2,000 characters.</param>
public sealed record ProductBody(
    [property: BatchId] string Id, [property: Line(1, 200)] string Name, MoneyBody Price,
    [property: ImageAddress, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImageUrl)
{
    internal static ProductBody Of(Product product) =>
        new(product.Id, product.Name, MoneyBody.Of(product.Price), product.ImageUrl);

    internal Product ToProduct() => new(Id, Name, new Money(Price.Amount, Price.Currency), ImageUrl);
}

/// <summary>An amount of money.</summary>
/// <param name="Amount">
/// In minor units of the currency by ISO 4217: 199900 CNY is ¥1,999.00, 1999 KWD is 1.999, 1999 JPY is 1,999.
/// </param>
/// <param name="Currency">ISO 4217 code of a currency: no funds code, metal or test code.</param>
public sealed record MoneyBody([property: Price] long Amount, [property: CurrencyCode] string Currency)
{
    internal static MoneyBody Of(Money money) => new(money.Amount, money.Currency);
}

/// <summary>The four instants of a batch.</summary>
public sealed record ScheduleBody(
    DateTimeOffset ReservationOpens, DateTimeOffset ReservationCloses, DateTimeOffset SaleOpens,
    DateTimeOffset SaleCloses)
    : IValidatableObject
{
    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReservationCloses <= ReservationOpens)
            yield return new("must be after reservationOpens", [nameof(ReservationCloses)]);
        if (SaleOpens < ReservationCloses)
            yield return new("must not be before reservationCloses", [nameof(SaleOpens)]);
        if (SaleCloses <= SaleOpens) yield return new("must be after saleOpens", [nameof(SaleCloses)]);
    }

    internal static ScheduleBody Of(Schedule schedule) =>
        new(schedule.ReservationOpens, schedule.ReservationCloses, schedule.SaleOpens, schedule.SaleCloses);

    internal Schedule ToSchedule() => new(ReservationOpens, ReservationCloses, SaleOpens, SaleCloses);
}

/// <summary>The last entry of a ledger: its sequence, and its hash in hexadecimal.</summary>
public sealed record HeadBody(long Seq, string Hash);

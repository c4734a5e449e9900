using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// The offer of a batch, as the operator who created it stated it. Only restocking changes it.
/// </summary>
/// <param name="Id">Batch id, <c>[a-z0-9-]{1,64}</c>.</param>
/// <param name="Product">What is sold.</param>
/// <param name="Channels">The platforms whose users may take part: 1…16 different ones.</param>
/// <param name="Stock">Units offered at creation: 1…10,000,000.</param>
/// <param name="PerUserLimit">Units a user may have in live orders and a waiting place at a time: 1…100.</param>
/// <param name="PaymentWindowSeconds">From the hold to payBy: 1…86,400 s.</param>
/// <param name="Schedule">The four instants.</param>
/// <param name="KeepPersonalDataDays">
/// How many days after the end of the sale users' data are kept at least: 0…3,650. After that an operator may anonymise
/// the batch.
/// </param>
/// <param name="Title">Its heading, a line of 1…100 characters in each language; null: its product's name.</param>
/// <param name="Description">What is offered, 1…2,000 characters in each language; null: nothing is said.</param>
/// <param name="StandbyLimit">
/// Most buyers who may wait in the line: 0…1,000,000; 0: there is no line. Null: as many as units are offered at
/// creation, and at most 1,000,000.
/// </param>
/// <param name="OfferWindowSeconds">
/// From an offer to a place in the line to payBy: 1…86,400 s; null: as <paramref name="PaymentWindowSeconds"/>.
/// </param>
/// <param name="CancelPaid">Until when buyers may cancel a paid order; null: until it is shipped.</param>
/// <param name="BacklogUnits">
/// Units for those who wait in the product's backlog: 0…<paramref name="Stock"/>; 0 or null: none is carried.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BatchTerms")]
public sealed record BatchTerms(
    [property: Id(0)] string Id,
    [property: Id(1)] Product Product,
    [property: Id(2)] string[] Channels,
    [property: Id(3)] int Stock,
    [property: Id(4)] int PerUserLimit,
    [property: Id(5)] int PaymentWindowSeconds,
    [property: Id(6)] Schedule Schedule,
    [property: Id(7)] int KeepPersonalDataDays = BatchTerms.DefaultKeepPersonalDataDays,
    [property: Id(8)] LanguageText? Title = null, [property: Id(9)] LanguageText? Description = null,
    [property: Id(10)] int? StandbyLimit = null, [property: Id(11)] int? OfferWindowSeconds = null,
    [property: Id(12)] PaidCancellation? CancelPaid = null,
    [property: Id(13)] int? BacklogUnits = null)
{
    /// <summary>Most places of a line that wait.</summary>
    public const int MaxStandbyLimit = 1_000_000;

    /// <summary>Longest title of a language, in UTF-16 code units.</summary>
    public const int MaxTitleLength = 100;

    /// <summary>Longest description of a language, in UTF-16 code units.</summary>
    public const int MaxDescriptionLength = 2_000;

    /// <summary>Most units a batch may ever have, restocks included.</summary>
    public const int MaxStock = 10_000_000;

    /// <summary>Highest limit per user.</summary>
    public const int MaxPerUserLimit = 100;

    /// <summary>
    /// A user who has this many ended orders and places in a batch may make no more. Otherwise a user could hold and
    /// release units for ever.
    /// </summary>
    public const int MaxEndedOrders = 10;

    /// <summary>Longest payment window, in seconds: a day.</summary>
    public const int MaxPaymentWindowSeconds = 86_400;

    /// <summary>Longest time for which users' data are kept at least, in days.</summary>
    public const int MaxKeepPersonalDataDays = 3_650;

    /// <summary>How many days users' data are kept at least if the terms do not state it.</summary>
    public const int DefaultKeepPersonalDataDays = 90;

    /// <summary>Most channels of one batch.</summary>
    public const int MaxChannels = 16;

    /// <summary>Most buyers who may wait in the line; 0: nobody can join it.</summary>
    public int StandbyPlaces => StandbyLimit ?? Math.Min(Stock, MaxStandbyLimit);

    /// <summary>Whether anybody can wait: buyers of this batch, or places that are carried into it.</summary>
    public bool HasLine => StandbyPlaces > 0 || CarriedUnits > 0;

    /// <summary>Whether buyers may cancel an order that is paid and not shipped.</summary>
    public bool MayCancelPaid => CancelPaid is not PaidCancellation.Never;

    /// <summary>Units for those who wait in the product's backlog; 0: none is carried.</summary>
    public int CarriedUnits => BacklogUnits ?? 0;

    /// <summary>Whether the batch takes the backlog of a product.</summary>
    public bool Takes(string product) => CarriedUnits > 0 && Product.Id == product;

    /// <summary>Whether the batch is offered on the user's channel.</summary>
    public bool IsEligible(string user)
    {
        var channel = Users.UserId.ChannelOf(user);
        foreach (var offered in Channels)
        {
            if (channel.SequenceEqual(offered)) return true;
        }
        return false;
    }

    /// <summary>Whether both offer exactly the same (a record compares the channels by reference).</summary>
    public bool SameAs(BatchTerms other) =>
        this with { Channels = other.Channels } == other && Channels.SequenceEqual(other.Channels);
}

/// <summary>Until when buyers may cancel a paid order. The names on the wire are kebab-case.</summary>
public enum PaidCancellation
{
    /// <summary>Until it is shipped.</summary>
    UntilShipped,

    /// <summary>Not at all.</summary>
    Never,
}

/// <summary>An item for sale; repeated batches of a product form its series.</summary>
/// <param name="Id">Product id, <c>[a-z0-9-]{1,64}</c>.</param>
/// <param name="Name">Name for people, 1…200 characters.</param>
/// <param name="Price">Price of one unit, 1…1,000,000,000,000 minor units.</param>
/// <param name="ImageUrl">An https or site-relative address of a picture, at most 2,000 characters; null: none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Product")]
public sealed record Product(
    [property: Id(0)] string Id, [property: Id(1)] string Name, [property: Id(2)] Money Price,
    [property: Id(3)] string? ImageUrl);

/// <summary>
/// The instants of a batch, UTC, to the millisecond: reservationOpens &lt; reservationCloses ≤ saleOpens &lt;
/// saleCloses.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.Schedule")]
public sealed record Schedule(
    [property: Id(0)] DateTimeOffset ReservationOpens,
    [property: Id(1)] DateTimeOffset ReservationCloses,
    [property: Id(2)] DateTimeOffset SaleOpens,
    [property: Id(3)] DateTimeOffset SaleCloses)
{
    /// <summary>Whether the instants follow each other as they must.</summary>
    public bool IsInOrder =>
        ReservationOpens < ReservationCloses && ReservationCloses <= SaleOpens && SaleOpens < SaleCloses;

    /// <summary>The instants on a clock that is this far behind the batch's time.</summary>
    public Schedule ByClock(TimeSpan lead) => lead == default ? this
        : new(ReservationOpens - lead, ReservationCloses - lead, SaleOpens - lead, SaleCloses - lead);
}

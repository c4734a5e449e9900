using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Line;

/// <summary>
/// The state of a place in the line of a batch. Live: the first two. The names on the wire are kebab-case.
/// </summary>
public enum PlaceState : byte
{
    /// <summary>It waits for free units.</summary>
    Waiting,

    /// <summary>Units are held for it, and await payment.</summary>
    Offered,

    /// <summary>The offered units were paid.</summary>
    Taken,

    /// <summary>The buyer left the line, or cancelled the reservation.</summary>
    Left,

    /// <summary>An offer expired or was declined.</summary>
    Passed,

    /// <summary>An operator removed it.</summary>
    Removed,

    /// <summary>The sale ended while it waited.</summary>
    Ended,

    /// <summary>
    /// After the end of the sale it was carried over to another batch. Fronts say so; the batch itself does not know.
    /// </summary>
    Carried,
}

/// <summary>A buyer's place in the line of a batch.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="Place">Its number in the batch, 1 or more; places are served in this order.</param>
/// <param name="Buyer">The buyer's alias.</param>
/// <param name="Quantity">Units that the buyer asked for, 1…100.</param>
/// <param name="State">Its state.</param>
/// <param name="JoinedAt">When the buyer joined.</param>
/// <param name="Order">Sequence of the order that the latest offer made; null: no offer was made.</param>
/// <param name="Ahead">How many places wait before it; 0 if it does not wait.</param>
/// <param name="Wait">
/// How likely it is that units come, and how soon; <see cref="WaitEstimate.Unknown"/> if it does not wait.
/// </param>
/// <param name="InBacklog">
/// Whether it waited when the sale ended, so that it went to the product's backlog, and its buyer has not left since.
/// </param>
/// <param name="OriginBatch">The batch that it was carried from; null: it was not carried.</param>
/// <param name="OriginPlace">Its number in that batch; 0: it was not carried.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PlaceView")]
public sealed record PlaceView(
    [property: Id(0)] string Batch,
    [property: Id(1)] long Place,
    [property: Id(2)] Alias Buyer,
    [property: Id(3)] int Quantity,
    [property: Id(4)] PlaceState State,
    [property: Id(5)] DateTimeOffset JoinedAt,
    [property: Id(6)] long? Order,
    [property: Id(7)] int Ahead,
    [property: Id(8)] WaitEstimate Wait,
    [property: Id(9)] bool InBacklog = false,
    [property: Id(10)] string? OriginBatch = null,
    [property: Id(11)] long OriginPlace = 0);

/// <summary>How likely it is that a waiting place is offered units.</summary>
public enum WaitOutlook : byte
{
    /// <summary>No unit that came back was offered in the last 10 minutes, so nothing can be said.</summary>
    Unknown,

    /// <summary>More units are held unpaid than places wait before this one.</summary>
    Possible,

    /// <summary>At least as many places wait before this one as units are held unpaid.</summary>
    Unlikely,
}

/// <summary>An estimate of a place's wait.</summary>
/// <param name="Outlook">How likely an offer is.</param>
/// <param name="Seconds">
/// About how long, in seconds, at the pace at which units came back and were offered in the last 10 minutes; null: none
/// was.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.WaitEstimate")]
public readonly record struct WaitEstimate([property: Id(0)] WaitOutlook Outlook, [property: Id(1)] int? Seconds)
{
    /// <summary>Nothing is known.</summary>
    public static readonly WaitEstimate Unknown;
}

/// <summary>Places of a line, in the order in which they are served.</summary>
/// <param name="Places">The places.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.LinePage")]
public sealed record LinePage([property: Id(0)] PlaceView[] Places);

namespace OrleansSale.Tests.Audit;

/// <summary>The types of a batch's stream that this version has rules for.</summary>
internal enum EntryType
{
    Created,
    Opened,
    Ended,
    Held,
    CheckoutOpened,
    Sold,
    Released,
    RefundOwed,
    Refunded,
    RefundStalled,
    RefundedElsewhere,
    Disputed,
    ReservationCancelled,
    Joined,
    Left,
    LineSuspended,
    LineResumed,
    BacklogCarried,
    BacklogDropped,
    Restocked,
    Withdrawn,
    Paused,
    Resumed,
    Closed,
    Anonymised,
    Granted,
    Revived,
    Shipped,
    Proposed,
    Approved,
    Extended,
    Rescheduled,
    Recalled,
    ReturnOffered,
    ReturnCancelled,
}

/// <summary>The members an entry's data may have, besides those of the terms.</summary>
[Flags]
internal enum Members
{
    None = 0,
    Order = 1,
    Alias = 2,
    Units = 4,
    PayBy = 8,
    Reservation = 16,
    Key = 32,
    Checkout = 64,
    Payment = 128,
    Refund = 256,
    Amount = 512,
    Why = 1024,
    Reason = 2048,
    By = 4096,
    Ranges = 8192,
    Cause = 16_384,
    Number = 32_768,
    Provider = 65_536,
    Place = 131_072,
    Quantity = 262_144,
    How = 524_288,
    Code = 1_048_576,
    Command = 2_097_152,
    Until = 4_194_304,
    Seconds = 8_388_608,
    Schedule = 16_777_216,
    Orders = 33_554_432,
    From = 67_108_864,
    Fee = 1 << 27,
    OriginBatch = 1 << 28,
    OriginPlace = 1 << 29,
    Places = 1 << 30,
}

/// <summary>Which data belongs to which type.</summary>
internal static class EntryTypes
{
    private const Members Command = Members.Reason | Members.By | Members.Key;
    private const Members Buyers = Members.Why | Members.By | Members.Key;
    private const Members Money = Members.Order | Members.Provider | Members.Payment | Members.Amount;

    private static readonly HashSet<string> WithoutRules =
    [
        "roster-closed", "drawn",
    ];

    /// <summary>The type of that name.</summary>
    /// <exception cref="FormatException">The format has no such type, or no rules for it yet.</exception>
    public static EntryType Named(string name) => name switch
    {
        "created" => EntryType.Created,
        "opened" => EntryType.Opened,
        "ended" => EntryType.Ended,
        "held" => EntryType.Held,
        "checkout-opened" => EntryType.CheckoutOpened,
        "sold" => EntryType.Sold,
        "released" => EntryType.Released,
        "refund-owed" => EntryType.RefundOwed,
        "refunded" => EntryType.Refunded,
        "refund-stalled" => EntryType.RefundStalled,
        "refunded-elsewhere" => EntryType.RefundedElsewhere,
        "disputed" => EntryType.Disputed,
        "reservation-cancelled" => EntryType.ReservationCancelled,
        "joined" => EntryType.Joined,
        "left" => EntryType.Left,
        "line-suspended" => EntryType.LineSuspended,
        "line-resumed" => EntryType.LineResumed,
        "backlog-carried" => EntryType.BacklogCarried,
        "backlog-dropped" => EntryType.BacklogDropped,
        "restocked" => EntryType.Restocked,
        "withdrawn" => EntryType.Withdrawn,
        "paused" => EntryType.Paused,
        "resumed" => EntryType.Resumed,
        "closed" => EntryType.Closed,
        "anonymised" => EntryType.Anonymised,
        "granted" => EntryType.Granted,
        "revived" => EntryType.Revived,
        "shipped" => EntryType.Shipped,
        "proposed" => EntryType.Proposed,
        "approved" => EntryType.Approved,
        "extended" => EntryType.Extended,
        "rescheduled" => EntryType.Rescheduled,
        "recalled" => EntryType.Recalled,
        "return-offered" => EntryType.ReturnOffered,
        "return-cancelled" => EntryType.ReturnCancelled,
        _ => throw new FormatException(
            WithoutRules.Contains(name) ? $"{name} has no rules in this version" : $"unknown type {name}"),
    };

    /// <summary>
    /// The members an entry of this type must have. Any other is refused, so that no personal data slips in.
    /// </summary>
    public static Members Required(EntryType type) => type switch
    {
        EntryType.Ended => Members.Cause,
        EntryType.Held => Members.Order | Members.Alias | Members.Units | Members.PayBy | Members.Reservation,
        EntryType.CheckoutOpened => Members.Order | Members.Number | Members.Provider | Members.Checkout,
        EntryType.Sold => Money,
        EntryType.Released => Members.Order | Members.Units | Members.Why,
        EntryType.RefundOwed => Money | Members.Why,
        EntryType.Refunded => Money | Members.Refund,
        EntryType.RefundStalled or EntryType.RefundedElsewhere or EntryType.Disputed => Money | Members.Code,
        EntryType.ReservationCancelled => Members.Alias | Members.Reservation,
        EntryType.Joined =>
            Members.Place | Members.Alias | Members.Quantity | Members.How | Members.Reservation,
        EntryType.Left => Members.Place | Members.Why,
        EntryType.BacklogCarried => Members.Places,
        EntryType.LineSuspended or EntryType.LineResumed => Members.By | Members.Key,
        EntryType.Restocked or EntryType.Withdrawn => Members.Units | Members.Ranges | Command,
        EntryType.Paused or EntryType.Resumed or EntryType.Closed or EntryType.BacklogDropped => Command,
        EntryType.Anonymised => Members.By,
        EntryType.Granted => Members.Order | Members.Alias | Members.Units | Members.PayBy | Buyers,
        EntryType.Revived => Members.Order | Members.Units | Members.PayBy | Buyers,
        EntryType.Shipped => Members.Order | Buyers,
        EntryType.Proposed => Members.Command | Members.Until | Members.By | Members.Key,
        EntryType.Approved => Members.By | Members.Key,
        EntryType.Extended => Members.Seconds | Command,
        EntryType.Rescheduled => Members.Schedule | Command,
        EntryType.Recalled => Members.Orders | Command,
        EntryType.ReturnOffered or EntryType.ReturnCancelled => Members.Order,
        _ => Members.None,
    };

    /// <summary>
    /// The members that a command that waits must have besides, by its name: those that say what it is about, and why.
    /// </summary>
    /// <exception cref="FormatException">No command of this name waits.</exception>
    public static Members OfProposed(string command) => command switch
    {
        "grant" => Members.Alias | Members.Units | Members.Why,
        "revive" => Members.Order | Members.Why,
        "remove-place" => Members.Place | Members.Why,
        "restock" => Members.Units | Members.Reason,
        "extend" => Members.Seconds | Members.Reason,
        _ => throw new FormatException($"no command {command} waits for a second operator"),
    };

    /// <summary>
    /// The members it may have besides: a purchase without an Idempotency-Key has none, only an offer to the line has
    /// a place, and only one of a return has the order that is returned, only a late payment has units, only an
    /// operator's release, removal or refund says by whom and why, and only a refund that an operator made by hand says
    /// by whom. Only a carried place has an origin, and only the first record of a payment may have its fee.
    /// </summary>
    public static Members Optional(EntryType type) => type switch
    {
        EntryType.Held => Members.Key | Members.Place | Members.From,
        EntryType.Joined => Members.Key | Members.OriginBatch | Members.OriginPlace,
        EntryType.Sold => Members.Units | Members.Fee,
        EntryType.Released or EntryType.Left => Members.By | Members.Reason | Members.Key,
        EntryType.RefundOwed => Members.By | Members.Reason | Members.Key | Members.Fee,
        EntryType.RefundedElsewhere => Members.By,
        EntryType.Proposed => Members.Alias | Members.Units | Members.Order | Members.Place | Members.Why
            | Members.Reason | Members.Seconds,
        _ => Members.None,
    };
}

namespace OrleansSale.Tests.Audit;

/// <summary>The types of a batch's stream.</summary>
internal enum EntryType
{
    Created,
    Held,
    CheckoutOpened,
    Sold,
    Released,
    RefundOwed,
    Refunded,
    ReservationCancelled,
    Restocked,
    Withdrawn,
    Paused,
    Resumed,
    Closed,
}

/// <summary>The members an entry's data may have, besides those of the terms.</summary>
[Flags]
internal enum Members
{
    None = 0,
    Order = 1,
    User = 2,
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
}

/// <summary>Which data belongs to which type.</summary>
internal static class EntryTypes
{
    /// <summary>The type of that name, or null for one that this reader does not know and therefore refuses.</summary>
    public static EntryType? Named(ReadOnlySpan<char> name) => name switch
    {
        "created" => EntryType.Created,
        "held" => EntryType.Held,
        "checkout-opened" => EntryType.CheckoutOpened,
        "sold" => EntryType.Sold,
        "released" => EntryType.Released,
        "refund-owed" => EntryType.RefundOwed,
        "refunded" => EntryType.Refunded,
        "reservation-cancelled" => EntryType.ReservationCancelled,
        "restocked" => EntryType.Restocked,
        "withdrawn" => EntryType.Withdrawn,
        "paused" => EntryType.Paused,
        "resumed" => EntryType.Resumed,
        "closed" => EntryType.Closed,
        _ => null,
    };

    /// <summary>
    /// The members an entry of this type must have. Any other is refused, so that no personal data slips in.
    /// </summary>
    public static Members Required(EntryType type) => type switch
    {
        EntryType.Held => Members.Order | Members.User | Members.Units | Members.PayBy | Members.Reservation,
        EntryType.CheckoutOpened => Members.Order | Members.Checkout,
        EntryType.Sold => Members.Order | Members.Payment | Members.Amount,
        EntryType.Released => Members.Order | Members.Units | Members.Why,
        EntryType.RefundOwed => Members.Order | Members.Payment | Members.Amount | Members.Why,
        EntryType.Refunded => Members.Order | Members.Payment | Members.Refund | Members.Amount,
        EntryType.ReservationCancelled => Members.User | Members.Reservation,
        EntryType.Restocked or EntryType.Withdrawn =>
            Members.Units | Members.Ranges | Members.Reason | Members.By | Members.Key,
        EntryType.Paused or EntryType.Resumed or EntryType.Closed => Members.Reason | Members.By | Members.Key,
        _ => Members.None,
    };

    /// <summary>The members it may have besides: a purchase without an Idempotency-Key has none.</summary>
    public static Members Optional(EntryType type) => type == EntryType.Held ? Members.Key : Members.None;
}

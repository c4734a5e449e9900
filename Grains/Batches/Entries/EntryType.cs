namespace OrleansSale.Grains.Batches.Entries;

/// <summary>The names in a batch's ledger. They are for ever: stored ledgers must stay readable.</summary>
public static class EntryType
{
    /// <summary>The line's <c>type</c>.</summary>
    public static ReadOnlySpan<byte> Of(BatchEntry entry) => entry switch
    {
        Created => "created"u8,
        Held => "held"u8,
        CheckoutOpened => "checkout-opened"u8,
        Sold => "sold"u8,
        Released => "released"u8,
        RefundOwed => "refund-owed"u8,
        RefundMade => "refunded"u8,
        ReservationCancelled => "reservation-cancelled"u8,
        Restocked => "restocked"u8,
        Withdrawn => "withdrawn"u8,
        PausedSale => "paused"u8,
        ResumedSale => "resumed"u8,
        ClosedSale => "closed"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry, "unknown entry"),
    };

    /// <summary>A release's <c>why</c>.</summary>
    public static string NameOf(ReleaseReason why) => why switch
    {
        ReleaseReason.Expired => "expired",
        ReleaseReason.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, "unknown reason"),
    };

    /// <summary>A refund's <c>why</c>.</summary>
    public static string NameOf(RefundReason why) => why switch
    {
        RefundReason.Expired => "expired",
        RefundReason.Cancelled => "cancelled",
        RefundReason.Duplicate => "duplicate",
        RefundReason.WrongAmount => "wrong-amount",
        RefundReason.WrongPayer => "wrong-payer",
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, "unknown reason"),
    };
}

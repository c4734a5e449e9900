namespace OrleansSale.Tests.Audit;

/// <summary>A place in the line as the ledger tells it.</summary>
public sealed class AuditedPlace
{
    internal AuditedPlace(long number, Buyer buyer, int quantity, long reservation)
    {
        Number = number;
        Buyer = buyer;
        Quantity = quantity;
        Reservation = reservation;
    }

    /// <summary>Its number: lower ones are served first.</summary>
    public long Number { get; }

    /// <summary>What stands for the user who has it.</summary>
    public string Alias => Buyer.Alias;

    /// <summary>The units asked for.</summary>
    public int Quantity { get; }

    /// <summary>What stands for the client's key that made it; null: there was none.</summary>
    public string? Key { get; init; }

    /// <summary>Where it stands.</summary>
    public PlaceStage Stage { get; internal set; }

    /// <summary>The order that the latest offer made; null: there was no offer.</summary>
    public AuditedOrder? Order { get; internal set; }

    /// <summary>It waits, or units are held for it.</summary>
    public bool Live => Stage is PlaceStage.Waiting or PlaceStage.Offered;

    /// <summary>The sale ended while it waited, and its buyer has not left since.</summary>
    public bool Kept { get; internal set; }

    /// <summary>The place that it was carried from, such as <c>mi2-1/7</c>; null: it was not carried.</summary>
    public string? Origin { get; init; }

    internal Buyer Buyer { get; }

    internal long Reservation { get; }

    /// <summary>Its buyer declined a partial offer and kept the place, which is possible once.</summary>
    internal bool HasDeclined { get; set; }
}

/// <summary>What became of a place in the line.</summary>
public enum PlaceStage
{
    /// <summary>It waits for units.</summary>
    Waiting,

    /// <summary>Units are held for it.</summary>
    Offered,

    /// <summary>The units offered were paid.</summary>
    Taken,

    /// <summary>Its buyer left, or cancelled the reservation.</summary>
    Left,

    /// <summary>An operator removed it.</summary>
    Removed,

    /// <summary>An offer expired, was declined, or was cancelled by an operator.</summary>
    Passed,

    /// <summary>The sale ended while it waited.</summary>
    Ended,
}

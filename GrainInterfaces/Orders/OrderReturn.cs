namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>How far a buyer's return of a paid order is. The names on the wire are kebab-case.</summary>
public enum OrderReturn : byte
{
    /// <summary>The buyer offers the units back. They wait for the next in line who can have them.</summary>
    Offered,

    /// <summary>
    /// The units are offered to somebody from the line, who has not paid yet. If they do not pay, the next is offered
    /// them.
    /// </summary>
    BeingPaid,

    /// <summary>
    /// The buyer keeps the order, or the sale is over, but somebody from the line may still pay. They are the last who
    /// is offered the units.
    /// </summary>
    Ending,

    /// <summary>Somebody from the line has paid for the units, so the buyer's payment goes back.</summary>
    Returned,
}

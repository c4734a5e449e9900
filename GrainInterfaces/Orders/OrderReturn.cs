namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>How far a buyer's return of a paid order is. The names on the wire are kebab-case.</summary>
public enum OrderReturn : byte
{
    /// <summary>The buyer offers the units back. They wait for the next in line who can have them.</summary>
    Offered,

    /// <summary>The units are offered to somebody from the line, who has not paid yet.</summary>
    BeingPaid,

    /// <summary>Somebody from the line has paid for the units, so the buyer's payment goes back.</summary>
    Returned,
}

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>The limits per user and batch. A limit-reached names one of them. Closed set.</summary>
public enum UserLimit
{
    /// <summary>Units in live orders and waiting places: <see cref="BatchTerms.PerUserLimit"/>.</summary>
    Units,

    /// <summary>
    /// Orders that ended, and places that ended without an offer: <see cref="BatchTerms.MaxEndedOrders"/>.
    /// </summary>
    EndedOrders,

    /// <summary>Reservations and their cancellations.</summary>
    ReservationChanges,

    /// <summary>Places in the line that have not ended: one.</summary>
    Places,
}

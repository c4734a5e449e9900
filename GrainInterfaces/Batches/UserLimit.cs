namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>The limits per user and batch: which one a limit-reached speaks of. Closed set.</summary>
public enum UserLimit
{
    /// <summary>Units in live orders: <see cref="BatchTerms.PerUserLimit"/>.</summary>
    Units,

    /// <summary>Orders that ended: <see cref="BatchTerms.MaxEndedOrders"/>.</summary>
    EndedOrders,

    /// <summary>Reservations and their cancellations.</summary>
    ReservationChanges,
}

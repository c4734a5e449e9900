namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>Where a batch stands. Closed set; the names on the wire are kebab-case (<c>on-sale</c>).</summary>
public enum Phase
{
    /// <summary>Before the reservation window.</summary>
    Announced,

    /// <summary>Users may reserve.</summary>
    Reserving,

    /// <summary>Reservations are closed, the sale has not opened.</summary>
    Waiting,

    /// <summary>The sale is open and units are free.</summary>
    OnSale,

    /// <summary>The sale is open and no unit is free; unpaid ones may come back.</summary>
    SoldOut,

    /// <summary>The sale would be open, but an operator has paused it.</summary>
    Paused,

    /// <summary>Over, by schedule or by an operator.</summary>
    Closed,
}

/// <summary>
/// The timetable of a batch: its phase at an instant, as a pure function, so that fronts and actors agree. Every
/// interval includes its beginning and excludes its end.
/// </summary>
public static class Timetable
{
    /// <summary>
    /// The phase. Closed takes precedence. A pause is visible only from the opening on: before it there is nothing to
    /// pause, and buyers need to see the opening.
    /// </summary>
    public static Phase PhaseAt(Schedule schedule, DateTimeOffset now, bool paused, bool closed, int free) =>
        closed || now >= schedule.SaleCloses ? Phase.Closed
        : now < schedule.ReservationOpens ? Phase.Announced
        : now < schedule.ReservationCloses ? Phase.Reserving
        : now < schedule.SaleOpens ? Phase.Waiting
        : paused ? Phase.Paused
        : free == 0 ? Phase.SoldOut
        : Phase.OnSale;

    /// <summary>Whether the instant lies in the reservation window.</summary>
    public static bool IsReserving(Schedule schedule, DateTimeOffset now) =>
        now >= schedule.ReservationOpens && now < schedule.ReservationCloses;
}

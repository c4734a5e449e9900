using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>The rule for a change of the schedule. What has happened by it stays as it was.</summary>
public static class ScheduleRules
{
    /// <summary>
    /// Why a schedule may not come into force; null: it may. Invalid-request names the field whose new instant is not
    /// still to come, or <c>schedule</c> if the instants are out of order. Conflict: an instant that has passed would
    /// change, or the sale would open earlier.
    /// </summary>
    /// <param name="inForce">The schedule in force.</param>
    /// <param name="next">The schedule that would follow it.</param>
    /// <param name="now">Instant, ms.</param>
    public static (Refusal Refusal, string Detail)? Refuse(Schedule inForce, Schedule next, long now)
    {
        if (!next.IsInOrder) return (Refusal.InvalidRequest, "schedule");
        foreach (var (name, before, after) in Changes(inForce, next))
        {
            if (before.ToUnixTimeMilliseconds() <= now)
                return (Refusal.Conflict, $"{name} has passed, so it stays as it is");
            if (after.ToUnixTimeMilliseconds() <= now) return (Refusal.InvalidRequest, $"schedule.{name}");
        }
        // Who was told noon comes at noon.
        return next.SaleOpens < inForce.SaleOpens
            ? (Refusal.Conflict, "saleOpens never moves earlier") : null;
    }

    private static IEnumerable<(string Name, DateTimeOffset Before, DateTimeOffset After)> Changes(
        Schedule inForce, Schedule next) =>
        new (string Name, DateTimeOffset Before, DateTimeOffset After)[]
        {
            ("reservationOpens", inForce.ReservationOpens, next.ReservationOpens),
            ("reservationCloses", inForce.ReservationCloses, next.ReservationCloses),
            ("saleOpens", inForce.SaleOpens, next.SaleOpens),
            ("saleCloses", inForce.SaleCloses, next.SaleCloses),
        }
        .Where(instant => instant.Before != instant.After);
}

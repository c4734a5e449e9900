using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Purchases;

/// <summary>
/// What a front may refuse by itself, as a pure function. Only what can't be otherwise: to a user to whom only the
/// batch may answer (a holder, or one whose reservation was cancelled), to one with a purchase under way, and near the
/// instants where the batch's clock counts, it refuses nothing.
/// </summary>
public static class FrontRules
{
    /// <summary>Around opening and closing the batch decides: clocks of one sale may differ by this much.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(250);

    /// <summary>The refusal, or null: ask the batch. The order of precedence is the batch's own.</summary>
    /// <param name="terms">The batch.</param>
    /// <param name="counts">A fresh copy of its counts.</param>
    /// <param name="now">The front's clock.</param>
    /// <param name="quantity">Units wanted.</param>
    /// <param name="onlyBatchMayAnswer">Whether the user is known to the batch, or has a purchase under way.</param>
    public static Refusal? Refuse(
        BatchTerms terms, BatchSnapshot counts, DateTimeOffset now, int quantity, bool onlyBatchMayAnswer)
    {
        if (onlyBatchMayAnswer) return null;
        if (counts.Closed || now >= terms.Schedule.SaleCloses + ClockTolerance) return Refusal.SaleClosed;
        if (now < terms.Schedule.SaleOpens - ClockTolerance) return Refusal.SaleNotOpen;
        if (now < terms.Schedule.SaleOpens || now >= terms.Schedule.SaleCloses) return null;
        if (counts.Paused) return Refusal.Paused;
        if (quantity > terms.PerUserLimit) return Refusal.LimitReached;
        return quantity > counts.Free ? Refusal.SoldOut : null;
    }
}

using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// What a front may refuse by itself, as a pure function: only what can't be otherwise. Near the instants where the batch's
/// clock counts it refuses nothing. And it may refuse nobody to whom only the batch may answer: who is known to the batch (a
/// holder, or one whose reservation was cancelled), and who has a purchase under way. That is for the caller to see to.
/// </summary>
public static class FrontRules
{
    /// <summary>Around opening and closing the batch decides: clocks of one sale may differ by this much.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(250);

    /// <summary>The refusal, or null: ask the batch. The order of precedence is the batch's own.</summary>
    /// <param name="terms">The batch.</param>
    /// <param name="counts">A fresh copy of its counts.</param>
    /// <param name="clock">The front's clock.</param>
    /// <param name="quantity">Units wanted.</param>
    public static Refusal? Refuse(BatchTerms terms, BatchSnapshot counts, DateTimeOffset clock, int quantity)
    {
        var now = counts.At(clock);
        if (counts.Closed || now >= counts.Schedule.SaleCloses + ClockTolerance) return Refusal.SaleClosed;
        if (now < counts.Schedule.SaleOpens - ClockTolerance) return Refusal.SaleNotOpen;
        if (now < counts.Schedule.SaleOpens || now >= counts.Schedule.SaleCloses) return null;
        if (counts.Paused) return Refusal.Paused;
        if (quantity > terms.PerUserLimit) return Refusal.LimitReached;
        return quantity > counts.Free ? Refusal.SoldOut : null;
    }
}

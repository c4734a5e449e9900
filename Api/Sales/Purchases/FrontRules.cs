using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// The refusals that a front may give without the batch, as a pure function: only refusals that the batch would give
/// too. Near the opening and the closing, where the batch's clock decides, it refuses nothing.
/// </summary>
/// <remarks>
/// The caller must check one more condition: some users only the batch may answer. These are the users whom the batch
/// knows, as holders of units, of a place in the line or of a cancelled reservation, and those who have a purchase
/// under way.
/// </remarks>
public static class FrontRules
{
    /// <summary>Around opening and closing the batch decides: clocks of one sale may differ by this much.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(250);

    /// <summary>The refusal, or null: ask the batch. The order of precedence is the batch's own.</summary>
    /// <param name="terms">The batch.</param>
    /// <param name="counts">A fresh copy of its counts.</param>
    /// <param name="clock">The front's clock.</param>
    /// <param name="quantity">Units wanted.</param>
    /// <param name="standby">Whether the buyer would join the line.</param>
    public static Refusal? Refuse(
        BatchTerms terms, BatchSnapshot counts, DateTimeOffset clock, int quantity, bool standby)
    {
        var now = counts.At(clock);
        if (counts.Closed || now >= counts.Schedule.SaleCloses + ClockTolerance) return Refusal.SaleClosed;
        if (now < counts.Schedule.SaleOpens - ClockTolerance) return Refusal.SaleNotOpen;
        if (now < counts.Schedule.SaleOpens || now >= counts.Schedule.SaleCloses) return null;
        if (counts.Paused) return Refusal.Paused;
        if (quantity > terms.PerUserLimit) return Refusal.LimitReached;
        if (quantity <= counts.ForSale) return null;
        if (!standby || terms.StandbyPlaces == 0 || counts.LineSuspended) return Refusal.SoldOut;
        return counts.Standby >= terms.StandbyPlaces ? Refusal.LineFull : null;
    }
}

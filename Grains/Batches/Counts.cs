using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Grains.Batches;

/// <summary>The counts of a batch at the committed head; captured when a commit is sealed.</summary>
internal readonly record struct Counts(
    int Stock, int Free, int Held, int Sold, int Withdrawn, SaleStop? Pause, SaleStop? Closing, bool IsOver,
    int Touches, Schedule? Schedule, bool IsAnonymised, int Waiting, bool IsLineSuspended,
    int ForPurchases)
{
    public static Counts Of(SaleBatch batch) =>
        new(batch.Stock.Total, batch.Stock.Free.Count, batch.Stock.Held, batch.Stock.Sold,
            batch.Stock.Withdrawn, batch.Directing.Pause, batch.Directing.Closing, batch.Directing.IsOver,
            batch.Touches.Count,
            batch.Directing.Terms is null ? null : batch.Directing.Schedule, batch.Directing.IsAnonymised,
            batch.Line.Waiting, batch.Directing.IsLineSuspended || batch.Line.IsCarrying,
            batch.Line.UnitsForPurchases(batch.Stock));
}

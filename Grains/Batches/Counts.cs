namespace OrleansSale.Grains.Batches;

/// <summary>The counts of a batch as of the committed head; captured when a commit is sealed.</summary>
internal readonly record struct Counts(
    int Stock, int Free, int Held, int Sold, int Withdrawn, bool IsPaused, bool IsClosed, int KnownUsers)
{
    public static Counts Of(SaleBatch batch) => new(batch.Stock.Total, batch.Stock.Free.Count, batch.Stock.Held, batch.Stock.Sold,
        batch.Stock.Withdrawn, batch.Directing.IsPaused, batch.Directing.IsClosed, batch.KnownUsers.Count);
}

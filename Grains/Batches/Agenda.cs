using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// The work that a batch does without a request: it opens, it ends, unpaid holds expire, recalled orders are cancelled,
/// and free units go to the line. This is the only place that decides it; the batch's timer runs it.
/// </summary>
public static class Agenda
{
    /// <summary>The period of the batch's timer.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Most entries from here in one call of <see cref="DurableBatch.DoDue"/>, and one more if <see cref="MustGoOn"/>.
    /// The rest follow in the next call.
    /// </summary>
    public const int MaxEntriesPerRound = 1_000;

    /// <summary>
    /// Whether the next entry belongs to the same commit as the last one: the refund for an order that was recalled.
    /// </summary>
    public static bool MustGoOn(SaleBatch batch) => batch.Recalls.Owing is not null;

    /// <summary>The next entry that is due; null: none. Call again after the entry is applied.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="now">Instant, ms.</param>
    /// <param name="grace">From payBy to the release of an unpaid hold, ms.</param>
    public static BatchEntry? Next(SaleBatch batch, long now, long grace)
    {
        var directing = batch.Directing;
        if (directing.Terms is null) return null;
        if (MustGoOn(batch)) return RecallRules.Next(batch);
        if (!directing.IsOver)
        {
            if (!directing.IsOpen && now >= directing.Schedule.SaleOpens.ToUnixTimeMilliseconds())
                return new OpenedSale();
            if (now >= directing.Schedule.SaleCloses.ToUnixTimeMilliseconds()) return new EndedSale(EndCause.Schedule);
        }
        return batch.Orders.NextDeadline() is { } order && HoldRules.IsDue(order, now, grace)
            ? new Released(order.Seq, order.Units, ReleaseReason.Expired)
            : RecallRules.Next(batch) is { } recalled ? recalled
            : batch.Line.Count > 0 ? OfferRules.Next(batch, now)
            : null;
    }
}

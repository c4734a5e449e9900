using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// What a batch does by itself, without being asked. A timer asks here and knows no answer of its own, so this is the
/// one place that says it.
/// </summary>
public static class Agenda
{
    /// <summary>How often the timer asks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Most entries of one commit that come from here; the rest follow in the next.</summary>
    public const int MaxEntriesPerCommit = 1_000;

    /// <summary>The next entry that is due; null: none is. Ask again after applying it.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="now">Instant, ms.</param>
    /// <param name="grace">From payBy to the release of an unpaid hold, ms.</param>
    public static BatchEntry? Next(SaleBatch batch, long now, long grace)
    {
        var directing = batch.Directing;
        if (directing.Terms is null) return null;
        if (!directing.IsOver)
        {
            if (!directing.IsOpen && now >= directing.Schedule.SaleOpens.ToUnixTimeMilliseconds())
                return new OpenedSale();
            if (now >= directing.Schedule.SaleCloses.ToUnixTimeMilliseconds()) return new EndedSale(EndCause.Schedule);
        }
        return batch.Orders.NextDeadline() is { } order && HoldRules.IsDue(order, now, grace)
            ? new Released(order.Seq, order.Units, ReleaseReason.Expired)
            : null;
    }
}

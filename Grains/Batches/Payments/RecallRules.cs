using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The rules for a recall's work. It cancels the orders that were held before it, one after the other, in their order.
/// A paid order's cancellation and the refund that is owed for it are one commit (I6).
/// </summary>
public static class RecallRules
{
    /// <summary>The next entry of a recall; null: none is left. Call again after the entry is applied.</summary>
    /// <param name="batch">State; not changed.</param>
    public static BatchEntry? Next(SaleBatch batch)
    {
        if (batch.Recalls.Owing is not { } owing)
            return batch.Recalls.Next is { } order ? batch.Recalls.CancelOf(order) : null;
        var payment = batch.Payments.All[owing.Payment!.Value];
        return new RefundOwed(owing.Seq, payment.Id, payment.Left, RefundReason.Cancelled);
    }

    /// <summary>
    /// Why no recall may be commanded now; null: one may. Not-found: there is no batch. Sale-closed: its personal data
    /// were removed. Conflict: another recall is not finished.
    /// </summary>
    public static Answer<Effect>? Refuse(SaleBatch batch) =>
        batch.Terms is null ? Refusal.NotFound
        : batch.Directing.IsAnonymised ? Refusal.SaleClosed
        : batch.IsRecalling ? new Answer<Effect>(Refusal.Conflict, "a recall is not finished yet")
        : null;

    /// <summary>The newest recall for operators; not-found: there was none.</summary>
    public static Answer<RecallView> View(SaleBatch batch) => batch.Recalls.Orders is not { } orders
        ? Refusal.NotFound
        : new RecallView(
            orders, DateTimeOffset.FromUnixTimeMilliseconds(batch.Recalls.At), batch.Recalls.By, batch.Recalls.Reason,
            batch.Recalls.Covered, batch.Recalls.Cancelled, !batch.IsRecalling, batch.Payments.Owed.Count);
}

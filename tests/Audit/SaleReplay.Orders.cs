using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Audit;

// What becomes of an order after its hold.
internal sealed partial class SaleReplay
{
    // A late payment: its order has expired, and gets units that anybody could buy now.
    private void HoldAgain(LedgerEntry entry, AuditedOrder order)
    {
        if (order.Released != "expired")
        {
            _violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is paid late, but has not expired");
            return;
        }

        GetUnits(entry, order);
    }

    private void Revive(LedgerEntry entry, AuditedOrder order)
    {
        if (order.Released != "expired")
        {
            _violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is revived, but has not expired");
            return;
        }

        CheckPayBy(entry, Terms.PaymentWindowSeconds);
        GetUnits(entry, order);
        (order.HeldAt, order.PayBy) = (entry.At, entry.PayBy);
        order.Revivals++;
    }

    // An order that had lost its units gets others, which anybody could buy now.
    private void GetUnits(LedgerEntry entry, AuditedOrder order)
    {
        Life.CheckOnSale(entry);
        Line.CheckNobodyWaits(entry.Seq, order.Buyer);
        if (entry.Units.Count != order.Units.Count)
            _violations.Add(Invariant.I1, entry.Seq, $"{Name(order)} gets another number of units than it had");
        (order.Units, order.Released) = ((int[])[.. entry.Units], null);
        Take(entry, order);
        Buyers.HoldAgain(entry.Seq, order);
    }

    private void Ship(LedgerEntry entry, AuditedOrder order)
    {
        if (!order.Live || order.Payment is null)
            _violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is shipped, but is not paid");
        Returns.Ship(entry, order);
        order.Shipped = true;
    }

    // The units of a shipped order are with its buyer, so they stay sold.
    private void Owe(LedgerEntry entry, AuditedOrder order)
    {
        if (entry.Why == "shipped" && order.Live && order.Shipped)
        {
            (order.Gone, order.CancelledBy) = (true, entry.By);
            BuyerBook.Release(order);
        }

        Money.Owe(entry, order);
    }

    private void Release(LedgerEntry entry, AuditedOrder order)
    {
        if (!order.Live)
        {
            _violations.Add(Invariant.I6, entry.Seq, $"the hold of {Name(order)} ends a second time");
            return;
        }

        if (entry.Why is not ("expired" or "cancelled" or "returned"))
            _violations.Add(Invariant.Form, entry.Seq, $"released because of {entry.Why}");
        if (entry.Has(Members.By) && entry.Why != "cancelled")
            _violations.Add(Invariant.Form, entry.Seq, $"an operator released {Name(order)} because of {entry.Why}");
        if (entry.Why == "expired" && entry.At < order.PayBy)
            _violations.Add(Invariant.Deadline, entry.Seq, $"{Name(order)} expires before its payBy");
        if (!CollectionsMarshal.AsSpan(entry.Units).SequenceEqual((int[])order.Units))
            _violations.Add(Invariant.I1, entry.Seq, $"{Name(order)} releases other units than it held");
        if (order.Shipped)
            _violations.Add(Invariant.I1, entry.Seq, $"{Name(order)} is shipped, and its units are free again");
        Money.Release(entry, order);
        Recalls.Release(entry, order);
        FreeUnits(entry, order);
        BuyerBook.Release(order);
        order.Released = entry.Why;
        if (entry.Has(Members.By)) order.CancelledBy = entry.By;
        // The place of a paid order was taken, and stays so.
        var isDeclined = entry.Why == "cancelled" && !entry.Has(Members.By);
        if (order.Payment is null && Line.EndOffer(order, isDeclined)) Buyers.CheckLimit(entry.Seq, order.Buyer);
    }

    // An order that waits to have another's units has none to free. What it waits for becomes its own.
    private void FreeUnits(LedgerEntry entry, AuditedOrder order)
    {
        if (Returns.EndTaker(order)) return;
        if (Returns.Release(entry, order) is { } taker)
            Units.PassOn(entry.Seq, order.Number, taker.Number, entry.Units);
        else Units.Release(entry.Seq, order.Number, entry.Units, sold: order.Payment is not null);
    }
}

namespace OrleansSale.Tests.Audit;

/// <summary>
/// Recalls: each order that one covers is cancelled by it, or ends otherwise, and is not paid any more. Before all of
/// them have ended, the sale is not resumed.
/// </summary>
internal sealed class RecallBook(Violations violations)
{
    private readonly HashSet<AuditedOrder> _left = [];
    private string _by = "";

    /// <summary>A recall begins.</summary>
    public void Begin(LedgerEntry entry, IReadOnlyList<AuditedOrder> orders)
    {
        CheckFinished(entry.Seq, "a recall begins");
        if (entry.Orders is not ("awaiting-payment" or "paid" or "all"))
            violations.Add(Invariant.Form, entry.Seq, $"a recall of {entry.Orders}");
        _left.Clear();
        _left.UnionWith(orders.Where(order => order.Live && !order.Shipped
            && (entry.Orders == "all" || entry.Orders == (order.Payment is null ? "awaiting-payment" : "paid"))));
        _by = entry.By;
    }

    /// <summary>An order's units are released.</summary>
    public void Release(LedgerEntry entry, AuditedOrder order)
    {
        var isCovered = _left.Remove(order);
        if (!entry.Has(Members.Reason) || entry.Reason != "recalled") return;
        if (!isCovered) violations.Add(Invariant.Life, entry.Seq, "an order is recalled that no recall covers");
        else if (entry.By != _by)
            violations.Add(Invariant.Life, entry.Seq, "another operator recalls an order than commanded the recall");
    }

    /// <summary>An order is paid.</summary>
    public void Sell(LedgerEntry entry, AuditedOrder order)
    {
        if (_left.Contains(order)) violations.Add(Invariant.Life, entry.Seq, "an order is sold that is recalled");
    }

    /// <summary>Checks that nothing is left to cancel.</summary>
    public void CheckFinished(long seq, string what)
    {
        if (_left.Count > 0)
            violations.Add(Invariant.Life, seq, $"{what} while a recall has {_left.Count} orders to cancel");
    }
}

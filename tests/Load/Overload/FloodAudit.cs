using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>Holds what buyers were told against the ledger.</summary>
internal static class FloodAudit
{
    /// <summary>
    /// What the ledger breaks, and what it lacks of the orders told; empty if nothing. That nobody reserved is not looked at:
    /// tickets are signed by this program.
    /// </summary>
    public static IEnumerable<string> Violations(AuditedSale sale, params IReadOnlyList<Flood> floods)
    {
        var record = new ClientRecord();
        foreach (var order in floods.SelectMany(flood => flood.Orders())) record.Ordered(order.User, null, order.Id, [order.Unit]);
        return sale.Violations.Kept.Concat(record.Against(sale).Kept).Select(violation => violation.ToString());
    }
}

namespace OrleansSale.Tests.Audit;

/// <summary>
/// I6 against the provider: holds a provider's own books against the ledgers, payment by payment and in sum, to the
/// minor unit. Meant for when nothing is owed any more.
/// </summary>
public static class StatementAudit
{
    /// <summary>How a ledger names a refund of which the provider told no id.</summary>
    private const string Unnamed = "refund-of-";

    /// <summary>What the ledgers say otherwise than the provider.</summary>
    /// <param name="statement">The provider's books.</param>
    /// <param name="sales">The ledgers of all batches that it took money for.</param>
    public static Violations Compare(ProviderStatement statement, params IReadOnlyList<AuditedSale> sales)
    {
        var violations = new Violations();
        var recorded = new Dictionary<string, AuditedPayment>(StringComparer.Ordinal);
        foreach (var sale in sales)
        {
            foreach (var payment in sale.Payments.Values.Where(one => one.Payment.Provider == statement.Provider))
            {
                if (recorded.TryAdd(payment.Payment.Id, payment)) Check(statement, sale, payment, Report);
                else Report($"{payment.Payment} is in two ledgers");
            }
        }

        foreach (var (id, payment) in statement.Payments.Where(one => !recorded.ContainsKey(one.Key)))
            Report($"{statement.Provider}/{id} of {payment.Order} was captured, and no ledger has it");
        CheckSums(statement, sales, Report);
        return violations;

        void Report(string what) => violations.Add(Invariant.I6, 0, what);
    }

    private static void Check(
        ProviderStatement statement, AuditedSale sale, AuditedPayment recorded, Action<string> report)
    {
        var (name, order) = (recorded.Payment, $"{sale.Terms?.Batch}.{recorded.Order.Seq}");
        if (!statement.Payments.TryGetValue(name.Id, out var stated))
        {
            report($"{name} of {order} is in the ledger, and the provider never captured it");
            return;
        }

        if (stated.Order != order) report($"{name} was captured for {stated.Order}, and the ledger has {order}");
        if (stated.Captured != recorded.Amount)
            report($"{stated.Captured} were captured as {name}, and the ledger has {recorded.Amount}");
        if (recorded.End == PaymentEnd.Owed) report($"{recorded.Left} of {name} are owed still");
        if (stated.Refunded > stated.Captured.Value)
            report($"{stated.Refunded} of {name} were paid back, more than were captured");
        var back = recorded.WentBack - recorded.ByHand;
        if (stated.Refunded != back)
            report($"{stated.Refunded} of {name} were paid back, and the ledger has {back}");
        string[] named = recorded.Refund is { } refund && !refund.StartsWith(Unnamed, StringComparison.Ordinal)
            ? [refund] : [];
        foreach (var id in recorded.RefundsElsewhere.Concat(named)
            .Where(id => statement.Refunds.GetValueOrDefault(id) != name.Id))
            report($"{name} went back as {id}, which is no refund of it at the provider");
    }

    // What the provider keeps was paid for orders that are live, or was given back without it. The orders' prices are
    // added up, not their payments.
    private static void CheckSums(
        ProviderStatement statement, IReadOnlyList<AuditedSale> sales, Action<string> report)
    {
        var (kept, accounted) = (new Dictionary<string, Int128>(), new Dictionary<string, Int128>());
        foreach (var payment in statement.Payments.Values)
            Add(kept, payment.Captured.Currency, payment.Captured.Value - (Int128)payment.Refunded);
        foreach (var sale in sales)
        {
            foreach (var payment in sale.Payments.Values.Where(one => IsOf(one.Payment)))
                Add(accounted, payment.Amount.Currency, payment.ByHand);
            foreach (var order in sale.Orders.Where(order => order.Live && IsOf(order.Payment)))
            {
                var price = sale.Terms!.Price.Value * (Int128)order.Units.Count;
                Add(accounted, sale.Terms.Price.Currency, price - sale.Payments[order.Payment!.Value].Elsewhere);
            }
        }

        foreach (var currency in kept.Keys.Union(accounted.Keys))
        {
            var (has, should) = (kept.GetValueOrDefault(currency), accounted.GetValueOrDefault(currency));
            if (has != should)
                report($"{statement.Provider} has {has} {currency}, and by orders and refunds it should be {should}");
        }

        bool IsOf(PaymentKey? payment) => payment?.Provider == statement.Provider;

        static void Add(Dictionary<string, Int128> sums, string currency, Int128 amount) =>
            sums[currency] = sums.GetValueOrDefault(currency) + amount;
    }
}

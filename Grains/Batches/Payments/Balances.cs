using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The sums of a batch's money by provider and currency. Each entry moves money between two sums at most; the sum of
/// what was captured is kept apart from the others, so that a mistake shows.
/// </summary>
public sealed class Balances
{
    private readonly Dictionary<(string Provider, string Currency), Sums> _all = [];

    /// <summary>All of them, in the order of their names.</summary>
    public MoneyBalance[] View() =>
    [
        .. _all.OrderBy(of => of.Key.Provider, StringComparer.Ordinal)
            .ThenBy(of => of.Key.Currency, StringComparer.Ordinal)
            .Select(of => new MoneyBalance(
                of.Key.Provider, of.Key.Currency, of.Value.Captured, of.Value.Sold, of.Value.Owed, of.Value.Refunded,
                of.Value.Elsewhere, of.Value.Fees)),
    ];

    internal Sums Of(Payment payment) => Of(payment.Id, payment.Amount.Currency);

    internal Sums Of(PaymentId payment, string currency)
    {
        if (!_all.TryGetValue((payment.Provider, currency), out var sums))
            _all.Add((payment.Provider, currency), sums = new Sums());
        return sums;
    }

    // A provider that reports amounts beyond all measure makes the sums wrap around: then they do not balance.
    internal sealed class Sums
    {
        public long Captured, Sold, Owed, Refunded, Elsewhere;

        /// <summary>The sum of the known fees; null: none is known.</summary>
        public long? Fees;

        public void Capture(Payment payment)
        {
            Captured += payment.Amount.Amount;
            if (payment.Fee is { } fee) Fees = (Fees ?? 0) + fee;
        }
    }
}

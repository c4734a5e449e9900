using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Silo.Payments.Stripe;

/// <summary>
/// Amounts as Stripe counts them. It counts minor units like ISO 4217, but not in every currency: see
/// <see href="https://docs.stripe.com/currencies"/>.
/// </summary>
public static class StripeAmount
{
    private const int Hundred = 100;

    // They have no minor unit, and Stripe counts hundredths of them, always whole.
    private static readonly HashSet<string> InHundredths = new(["ISK", "UGX"], StringComparer.Ordinal);

    // They have a minor unit, and Stripe counts none.
    private static readonly HashSet<string> InWhole = new(["MGA"], StringComparer.Ordinal);

    // They have three decimals, and the last digit must be 0.
    private static readonly HashSet<string> InTens =
        new(["BHD", "JOD", "KWD", "OMR", "TND"], StringComparer.Ordinal);

    /// <summary>The amount as Stripe counts it; null: Stripe cannot charge it.</summary>
    public static long? Of(Money money) => money switch
    {
        _ when InHundredths.Contains(money.Currency) =>
            money.Amount <= long.MaxValue / Hundred ? money.Amount * Hundred : null,
        _ when InWhole.Contains(money.Currency) => money.Amount % Hundred == 0 ? money.Amount / Hundred : null,
        _ when InTens.Contains(money.Currency) => money.Amount % 10 == 0 ? money.Amount : null,
        _ => Currency.MinorUnitsOf(money.Currency) is 0 or 2 ? money.Amount : null,
    };

    /// <summary>The money that Stripe means; null: it is none.</summary>
    /// <param name="amount">What Stripe counts.</param>
    /// <param name="currency">The code as Stripe writes it, in lower case.</param>
    public static Money? From(long amount, string currency)
    {
        var code = currency.ToUpperInvariant();
        if (amount < 0 || Currency.MinorUnitsOf(code) is null) return null;
        if (InHundredths.Contains(code)) return amount % Hundred == 0 ? new Money(amount / Hundred, code) : null;
        if (InWhole.Contains(code)) return amount <= long.MaxValue / Hundred ? new Money(amount * Hundred, code) : null;
        return new Money(amount, code);
    }
}

using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>A payment provider's own books: what it captured, and what it paid back.</summary>
/// <remarks>
/// As a file it is an object of JSON a line, in the order in which money moved:
/// <c>{"captured":"pay_1","order":"mi2-1.17","amount":199900,"currency":"CNY"}</c> and
/// <c>{"refunded":"ref_1","payment":"pay_1","amount":199900,"currency":"CNY"}</c>. Amounts are in minor units.
/// </remarks>
/// <param name="provider">The name of the provider in the ledgers.</param>
public sealed class ProviderStatement(string provider)
{
    private readonly Dictionary<string, StatedPayment> _payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refunds = new(StringComparer.Ordinal);

    /// <summary>The name of the provider in the ledgers.</summary>
    public string Provider => provider;

    /// <summary>All captured payments by their ids.</summary>
    public IReadOnlyDictionary<string, StatedPayment> Payments => _payments;

    /// <summary>All refunds by their ids, with the payment that each is of.</summary>
    public IReadOnlyDictionary<string, string> Refunds => _refunds;

    /// <summary>Reads the whole file.</summary>
    /// <param name="provider">The name of the provider in the ledgers.</param>
    /// <param name="lines">The lines; it is not closed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">
    /// A line is no movement of money, or contradicts an earlier one.
    /// </exception>
    public static async Task<ProviderStatement> ReadAsync(
        string provider, TextReader lines, CancellationToken cancellationToken = default)
    {
        var statement = new ProviderStatement(provider);
        for (var number = 1; await lines.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            try
            {
                statement.Read(JsonElement.Parse(line));
            }
            catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or FormatException
                or InvalidOperationException)
            {
                throw new InvalidDataException($"line {number} of {provider}'s statement: {wrong.Message}", wrong);
            }
        }

        return statement;
    }

    /// <summary>Money was captured.</summary>
    /// <param name="payment">The provider's id of the payment.</param>
    /// <param name="order">What it was for, as the provider was told: an order's id.</param>
    /// <param name="amount">How much.</param>
    /// <exception cref="FormatException">The id is known, or the amount is less than nothing.</exception>
    public void Captured(string payment, string order, Amount amount)
    {
        Require(amount);
        if (!_payments.TryAdd(payment, new StatedPayment(order, amount)))
            throw new FormatException($"payment {payment} is captured twice");
    }

    /// <summary>Money was paid back.</summary>
    /// <param name="refund">The provider's id of the refund.</param>
    /// <param name="payment">The payment that it is of.</param>
    /// <param name="amount">How much.</param>
    /// <exception cref="FormatException">
    /// The refund is known, the payment is not, the currency is another one, or the amount is less than nothing.
    /// </exception>
    public void Refunded(string refund, string payment, Amount amount)
    {
        Require(amount);
        if (!_payments.TryGetValue(payment, out var of)) throw new FormatException($"{refund} is of no payment");
        if (amount.Currency != of.Captured.Currency) throw new FormatException($"{refund} is in {amount.Currency}");
        if (!_refunds.TryAdd(refund, payment)) throw new FormatException($"refund {refund} is made twice");
        of.Refunded += amount.Value;
    }

    private static void Require(Amount amount)
    {
        if (amount.Value < 0) throw new FormatException($"{amount} is less than nothing");
    }

    private void Read(JsonElement line)
    {
        var amount = new Amount(line.GetProperty("amount").GetInt64(), Text("currency"));
        if (line.TryGetProperty("captured", out _)) Captured(Text("captured"), Text("order"), amount);
        else Refunded(Text("refunded"), Text("payment"), amount);

        string Text(string member) =>
            line.GetProperty(member).GetString() ?? throw new FormatException($"{member} is null");
    }
}

/// <summary>A payment in a provider's books.</summary>
/// <param name="order">What it was for.</param>
/// <param name="captured">How much was captured.</param>
public sealed class StatedPayment(string order, Amount captured)
{
    /// <summary>What it was for, as the provider was told: an order's id.</summary>
    public string Order => order;

    /// <summary>How much was captured.</summary>
    public Amount Captured => captured;

    /// <summary>How much of it was paid back, in minor units of the same currency.</summary>
    public long Refunded { get; internal set; }
}

using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>The money of a batch: what was captured, and where it is.</summary>
/// <param name="Seq">Sequence of the last entry that it rests on.</param>
/// <param name="Balances">By provider and currency, in the order of their names.</param>
/// <param name="Issues">What people must look at, the oldest payment first.</param>
/// <param name="MoreIssues">How many more issues there are than are listed.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.MoneyView")]
public sealed record MoneyView(
    [property: Id(0)] long Seq, [property: Id(1)] MoneyBalance[] Balances, [property: Id(2)] MoneyIssue[] Issues,
    [property: Id(3)] int MoreIssues)
{
    /// <summary>Most issues that are listed.</summary>
    public const int MaxIssues = 1_000;
}

/// <summary>The payments of one provider in one currency, in minor units.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Captured">All that was captured.</param>
/// <param name="Sold">What pays for paid orders.</param>
/// <param name="Owed">What is owed back.</param>
/// <param name="Refunded">What the engine had paid back.</param>
/// <param name="Elsewhere">What was paid back by other means.</param>
/// <param name="Fees">The sum of the fees that the provider reported; null: it reported none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.MoneyBalance")]
public sealed record MoneyBalance(
    [property: Id(0)] string Provider, [property: Id(1)] string Currency, [property: Id(2)] long Captured,
    [property: Id(3)] long Sold, [property: Id(4)] long Owed, [property: Id(5)] long Refunded,
    [property: Id(6)] long Elsewhere, [property: Id(7)] long? Fees = null)
{
    /// <summary>Whether every captured amount is in exactly one of the other sums.</summary>
    public bool IsBalanced => Captured == Sold + Owed + Refunded + Elsewhere
        && Sold >= 0 && Owed >= 0 && Refunded >= 0 && Elsewhere >= 0;
}

/// <summary>Why people must look at a payment. The names on the wire are kebab-case.</summary>
public enum MoneyIssueKind
{
    /// <summary>The provider refuses or delays a refund that is owed.</summary>
    RefundStalled,

    /// <summary>The payer disputes the payment, and nothing is decided.</summary>
    Disputed,

    /// <summary>The order is paid, and money of its payment went back by other means.</summary>
    PaidOrderRefunded,
}

/// <summary>A payment that people must look at.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Order">Sequence of its order.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">The amount that it is about.</param>
/// <param name="Code">The provider's reason, or what moved the money.</param>
/// <param name="Since">When the ledger was told.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.MoneyIssue")]
public sealed record MoneyIssue(
    [property: Id(0)] MoneyIssueKind Kind, [property: Id(1)] long Order, [property: Id(2)] string Provider,
    [property: Id(3)] string Payment, [property: Id(4)] Money Amount, [property: Id(5)] string Code,
    [property: Id(6)] DateTimeOffset Since);

/// <summary>
/// How an owed refund was made without the engine. A closed set; the names on the wire are kebab-case.
/// </summary>
public enum SettledHow
{
    /// <summary>Money was sent to the payer's bank account.</summary>
    BankTransfer,

    /// <summary>The payer got cash.</summary>
    Cash,

    /// <summary>The payment was refunded at the provider, in a way that the engine does not see.</summary>
    Provider,

    /// <summary>In another way that the payer agreed to.</summary>
    Other,
}

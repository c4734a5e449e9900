using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.Operators.Money;

/// <summary>The money of a batch: what was captured, and where it is.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="Seq">Sequence of the last entry of the ledger that it rests on.</param>
/// <param name="Balanced">Whether every one of the balances is balanced.</param>
/// <param name="Balances">The sums by provider and currency, in minor units.</param>
/// <param name="Issues">What people must look at, at most 1,000.</param>
/// <param name="MoreIssues">How many more there are.</param>
public sealed record BatchMoneyBody(
    string Batch, long Seq, bool Balanced, MoneyBalanceBody[] Balances, MoneyIssueBody[] Issues, int MoreIssues)
{
    internal static BatchMoneyBody Of(string batch, MoneyView view) => new(
        batch, view.Seq, Array.TrueForAll(view.Balances, balance => balance.IsBalanced),
        Array.ConvertAll(view.Balances, MoneyBalanceBody.Of),
        Array.ConvertAll(view.Issues, issue => MoneyIssueBody.Of(batch, issue)), view.MoreIssues);
}

/// <summary>The payments of one provider in one currency, in minor units.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Captured">All that was captured.</param>
/// <param name="Sold">What pays for paid orders.</param>
/// <param name="Owed">What is owed back.</param>
/// <param name="Refunded">What the engine had paid back.</param>
/// <param name="RefundedElsewhere">
/// What went back by other means: refunds made at the provider, lost disputes, refunds by hand.
/// </param>
/// <param name="Balanced">Whether captured is the sum of the other four, and none of them is negative.</param>
public sealed record MoneyBalanceBody(
    string Provider, string Currency, long Captured, long Sold, long Owed, long Refunded, long RefundedElsewhere,
    bool Balanced)
{
    internal static MoneyBalanceBody Of(MoneyBalance of) => new(
        of.Provider, of.Currency, of.Captured, of.Sold, of.Owed, of.Refunded, of.Elsewhere, of.IsBalanced);
}

/// <summary>A payment that people must look at.</summary>
/// <param name="Kind">
/// refund-stalled: the provider refuses or delays a refund. disputed: the payer disputes the payment.
/// paid-order-refunded: the order is paid, and money of its payment went back.
/// </param>
/// <param name="Order">Order id.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Payment">The provider's payment id.</param>
/// <param name="Amount">The amount that it is about.</param>
/// <param name="Code">The provider's reason; or its id of the dispute; or what moved the money.</param>
/// <param name="Since">When the ledger was told.</param>
public sealed record MoneyIssueBody(
    [property: JsonConverter(typeof(KebabCase<MoneyIssueKind>))] MoneyIssueKind Kind, string Order, string Provider,
    string Payment, MoneyBody Amount, string Code, DateTimeOffset Since)
{
    internal static MoneyIssueBody Of(string batch, MoneyIssue of) => new(
        of.Kind, OrderId.Of(batch, of.Order), of.Provider, of.Payment,
        MoneyBody.Of(of.Amount), of.Code, of.Since);
}

/// <summary>That a stalled refund was paid back by hand.</summary>
/// <param name="Provider">The provider of the payment, as the money of the batch names it: 1–32 characters.</param>
/// <param name="Payment">The provider's payment id: 1–128 characters.</param>
/// <param name="Reason">How it was paid back: bank-transfer, cash, provider or other.</param>
public sealed record SettleBody(
    [property: Line(1, 32)] string Provider, [property: Line(1, 128)] string Payment,
    [property: Line(1, 32)] string Reason);

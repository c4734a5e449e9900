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
/// <param name="Fees">
/// The sum of the usable fees that the provider reported with captures. A payment without one counts nothing here: the
/// list of payments shows which. Left out: no payment has one.
/// </param>
public sealed record MoneyBalanceBody(
    string Provider, string Currency, long Captured, long Sold, long Owed, long Refunded, long RefundedElsewhere,
    bool Balanced, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Fees)
{
    internal static MoneyBalanceBody Of(MoneyBalance of) => new(
        of.Provider, of.Currency, of.Captured, of.Sold, of.Owed, of.Refunded, of.Elsewhere, of.IsBalanced,
        of.Fees);
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

/// <summary>A captured payment.</summary>
/// <param name="Order">The order it was made for.</param>
/// <param name="User">The order's owner; null: their data were removed, or cannot be read.</param>
/// <param name="Alias">What stands for the owner in the ledger.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Payment">The provider's payment id.</param>
/// <param name="Amount">The captured amount.</param>
/// <param name="State">Where its money is.</param>
/// <param name="Reason">Why it is owed back, or was; left out: it never was.</param>
/// <param name="Code">
/// If its refund is stalled: the provider's reason. Otherwise what moved money elsewhere last; left out: neither.
/// </param>
/// <param name="CapturedAt">When the ledger was told.</param>
/// <param name="RefundedAt">When the last of it had gone back; left out: it has not.</param>
/// <param name="Refund">The provider's id of the refund that the engine had made; left out: none was made.</param>
/// <param name="RefundedElsewhere">What went back by other means, in minor units; left out: nothing.</param>
/// <param name="Fee">
/// What the provider keeps of it, in minor units of its currency; left out: it did not say.
/// </param>
public sealed record PaymentBody(
    string Order, string? User, string Alias, string Provider, string Payment, MoneyBody Amount,
    [property: JsonConverter(typeof(KebabCase<PaymentStage>))] PaymentStage State,
    [property: JsonConverter(typeof(KebabCase<RefundReason>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    RefundReason? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    DateTimeOffset CapturedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? RefundedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Refund,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? RefundedElsewhere,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Fee)
{
    internal static PaymentBody Of(string batch, PaymentView of, string? user) => new(
        OrderId.Of(batch, of.Order), user, of.Buyer.ToString(), of.Provider, of.Payment, MoneyBody.Of(of.Amount),
        of.Stage, of.Why, of.Code, of.CapturedAt, of.RefundedAt, of.Refund, of.Elsewhere > 0 ? of.Elsewhere : null,
        of.Fee);
}

/// <summary>Captured payments of a batch.</summary>
/// <param name="Items">In the order of their captures.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record PaymentList(
    PaymentBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>That a stalled refund was paid back by hand.</summary>
/// <param name="Provider">The provider of the payment, as the money of the batch names it: 1–32 characters.</param>
/// <param name="Payment">The provider's payment id: 1–128 characters.</param>
/// <param name="Reason">How it was paid back: bank-transfer, cash, provider or other.</param>
public sealed record SettleBody(
    [property: Line(1, 32)] string Provider, [property: Line(1, 128)] string Payment,
    [property: Line(1, 32)] string Reason);

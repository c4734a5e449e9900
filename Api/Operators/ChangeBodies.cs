using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Operators;

/// <summary>More time for all who hold units and have not paid.</summary>
/// <param name="Seconds">How much later their payBy is: 1…86,400. No hold lasts longer than 604,800 s.</param>
/// <param name="Reason">For the record: 1–500 characters, one line or several. It is public.</param>
public sealed record ExtendBody(
    [property: WholeNumber(1, OperatorCommand.MaxExtensionSeconds)] int Seconds,
    [property: Lines(1, 500)] string Reason);

/// <summary>A new schedule.</summary>
/// <param name="Schedule">
/// All instants. Those that have passed stay as they are; a new one is still to come. The sale never opens earlier.
/// </param>
/// <param name="Reason">For the record: 1–500 characters, one line or several. It is public.</param>
public sealed record RescheduleBody(ScheduleBody Schedule, [property: Lines(1, 500)] string Reason);

/// <summary>A recall.</summary>
/// <param name="Orders">
/// Which orders are cancelled and refunded: <c>awaiting-payment</c>, <c>paid</c>, or <c>all</c> for both.
/// </param>
/// <param name="Reason">
/// For the record: 1–500 characters, one line or several. The board shows it to everybody as the reason of the pause.
/// </param>
/// <param name="DryRun">Whether nothing is done and the orders are only counted; left out: false.</param>
public sealed record RecallRequestBody(
    [property: RecalledKind] string Orders, [property: Lines(1, 500)] string Reason, bool? DryRun = null);

/// <summary>A kind of orders that can be recalled.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RecalledKindAttribute()
    : GrammarAttribute("^(awaiting-payment|paid|all)$", "awaiting-payment, paid or all")
{
    private static readonly Dictionary<string, RecalledOrders> Kinds = new(StringComparer.Ordinal)
    {
        ["awaiting-payment"] = RecalledOrders.AwaitingPayment,
        ["paid"] = RecalledOrders.Paid,
        ["all"] = RecalledOrders.All,
    };

    /// <summary>The kind of this name, which fits.</summary>
    public static RecalledOrders KindOf(string name) => Kinds[name];

    /// <inheritdoc/>
    protected override bool Fits(string text) => Kinds.ContainsKey(text);
}

/// <summary>A recall, and how far it is; or what a recall would cover.</summary>
/// <param name="DryRun">Whether nothing was done, and this is what a recall would cover now.</param>
/// <param name="Orders">Which orders it covers, if they were held before it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When it was commanded; left out in a dry run.</param>
/// <param name="Operator">The alias of the operator who commanded it; left out in a dry run.</param>
/// <param name="Covered">The orders that it covers.</param>
/// <param name="Cancelled">Those of them that it has cancelled so far.</param>
/// <param name="Finished">
/// Whether all orders that it covers have ended. Some may have ended otherwise, such as by their deadline.
/// </param>
/// <param name="RefundsOwed">How many payments of the batch are still to be refunded.</param>
public sealed record RecallBody(
    bool DryRun, [property: JsonConverter(typeof(KebabCase<RecalledOrders>))] RecalledOrders Orders, string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Operator,
    RecallSumBody Covered, RecallSumBody Cancelled, bool Finished, int RefundsOwed)
{
    internal static RecallBody Of(RecallView recall, string currency) => new(
        DryRun: false, recall.Orders, recall.Reason, recall.At, recall.By.ToString(),
        RecallSumBody.Of(recall.Covered, currency), RecallSumBody.Of(recall.Cancelled, currency), recall.IsFinished,
        recall.Owed);

    internal static RecallBody Of(RecalledOrders orders, string reason, RecallSum counted, string currency) => new(
        DryRun: true, orders, reason, At: null, Operator: null, RecallSumBody.Of(counted, currency),
        RecallSumBody.Of(default, currency), Finished: false, RefundsOwed: 0);
}

/// <summary>Orders of a recall by what they were when they were counted.</summary>
/// <param name="AwaitingPayment">Those that awaited payment: nothing has to be refunded for them.</param>
/// <param name="Paid">Those that were paid, and are refunded.</param>
public sealed record RecallSumBody(OrderSumBody AwaitingPayment, OrderSumBody Paid)
{
    internal static RecallSumBody Of(RecallSum sum, string currency) =>
        new(OrderSumBody.Of(sum.AwaitingPayment, currency), OrderSumBody.Of(sum.Paid, currency));
}

/// <summary>Some orders.</summary>
/// <param name="Orders">How many.</param>
/// <param name="Units">Their units.</param>
/// <param name="Amount">The sum of their amounts.</param>
public sealed record OrderSumBody(int Orders, int Units, SumBody Amount)
{
    internal static OrderSumBody Of(OrderSum sum, string currency) =>
        new(sum.Orders, sum.Units, new SumBody(sum.Amount, currency));
}

/// <summary>A sum of money, which may be nothing.</summary>
/// <param name="Amount">In minor units of the currency by ISO 4217.</param>
/// <param name="Currency">ISO 4217 code.</param>
public sealed record SumBody(long Amount, string Currency);

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// Everything that can be seen of a batch's state as text: two states are the same exactly if their dumps are.
/// </summary>
internal static class StateDump
{
    public static string Of(SaleBatch batch)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"head {batch.LastSeq} at {batch.LastAt}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"stock {batch.Stock.Total} held {batch.Stock.Held} sold {batch.Stock.Sold} ");
        text.Append(CultureInfo.InvariantCulture, $"withdrawn {batch.Stock.Withdrawn} free {batch.Stock.Free.Count}:");
        for (var unit = batch.Stock.Free.NextAbove(-1); unit >= 0; unit = batch.Stock.Free.NextAbove(unit))
            text.Append(' ').Append(unit);
        text.Append(CultureInfo.InvariantCulture, $" highest {batch.Stock.Free.Highest()}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"open {batch.Directing.IsOpen} ended {batch.Directing.IsEnded} {batch.Directing.EndedAt} ");
        text.Append(CultureInfo.InvariantCulture,
            $"paused {batch.Directing.IsPaused} closed {batch.Directing.IsClosed} ");
        text.Append(CultureInfo.InvariantCulture,
            $"over {batch.Directing.IsOver} anonymised {batch.Directing.IsAnonymised} ");
        text.Append(CultureInfo.InvariantCulture, $"key {Convert.ToHexStringLower(batch.Directing.KeyHash)}\n");
        if (batch.Terms is not null)
            text.Append(CultureInfo.InvariantCulture,
                $"schedule {batch.Directing.RescheduledAt} {batch.Directing.Schedule} {batch.Directing.Pause}\n");
        var recalls = batch.Recalls;
        text.Append(CultureInfo.InvariantCulture,
            $"recall {recalls.Seq} {recalls.At} {recalls.Orders} {recalls.By} {recalls.Reason} {recalls.Covered} ");
        text.Append(CultureInfo.InvariantCulture,
            $"{recalls.Cancelled} {recalls.Place} {recalls.Next?.Seq} {recalls.Owing?.Seq} {recalls.IsRunning}\n");
        text.Append(CultureInfo.InvariantCulture, $"deadline {batch.Orders.NextDeadline()?.Seq}\n");
        if (batch.Terms is { } terms) AppendTerms(text, terms);
        text.Append(CultureInfo.InvariantCulture, $"line {batch.Line.Count} waiting {batch.Line.Waiting} ");
        text.Append(CultureInfo.InvariantCulture, $"first {batch.Line.FirstWaiting} passing {batch.Line.Passing} ");
        text.Append(CultureInfo.InvariantCulture, $"suspended {batch.Directing.IsLineSuspended} ");
        text.Append(CultureInfo.InvariantCulture, $"last {batch.Line.LastOffer} ");
        text.Append(CultureInfo.InvariantCulture, $"carried {batch.Line.Carried} {batch.Line.LastCarried} ");
        text.Append(CultureInfo.InvariantCulture, $"{batch.Line.IsCarrying} {batch.Line.IsCarried} ");
        text.Append(CultureInfo.InvariantCulture, $"backlog {batch.Line.InBacklog} ");
        if (batch.Terms is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"for purchases {batch.Line.UnitsForPurchases(batch.Stock)} ");
            text.Append(CultureInfo.InvariantCulture, $"for the line {batch.Line.UnitsForLine(batch.Stock)} ");
        }
        text.Append(CultureInfo.InvariantCulture, $"recent {batch.Line.RecentOffers(batch.LastAt)}\n");
        foreach (var place in batch.Line.After(0))
            text.Append(CultureInfo.InvariantCulture, $"{place} {batch.Line.PreviousOf(place)?.Number} "
                + $"{batch.Line.LatestOf(place.Buyer)?.Number} {batch.Line.Ahead(place)}\n");
        foreach (var order in batch.Orders.All) AppendOrder(text, batch, order);
        foreach (var (id, payment) in batch.Payments.All.OrderBy(p => p.Key.ToString(), StringComparer.Ordinal))
            AppendPayment(text, "payment", id, payment);
        // In the order of enumeration, because refunds are made in that order.
        foreach (var payment in batch.Payments.Owed) AppendPayment(text, "owed", payment.Id, payment);
        foreach (var balance in batch.Payments.Balances.View())
            text.Append(CultureInfo.InvariantCulture, $"{balance}\n");
        foreach (var issue in NoticeRules.View(batch).Issues)
            text.Append(CultureInfo.InvariantCulture, $"{issue}\n");
        foreach (var (key, command) in batch.Directing.Commands.OrderBy(
            c => c.Key.By + "/" + c.Key.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"command {key}: {command}\n");
        foreach (var command in batch.BuyerCommands.All.Select(c => c.ToString()).Order(StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"command {command}\n");
        foreach (var proposal in batch.Approvals.WaitingAt(long.MinValue))
            text.Append(CultureInfo.InvariantCulture, $"{proposal}\n");
        text.Append(CultureInfo.InvariantCulture, $"operators {batch.Orders.LastByOperator}\n");
        AppendReturns(text, batch.Orders.Returns);
        foreach (var (user, version) in CancelledVersionsOf(batch.Reservations).OrderBy(
            v => v.Key.ToString(), StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"cancelled {user} {version}\n");
        text.Append("touches").AppendJoin(' ', batch.Touches.Select(hash => $" {hash:x}")).Append('\n');
        return text.ToString();
    }

    /// <summary>Fails with the first line in which two dumps differ.</summary>
    public static void Same(string actual, string expected)
    {
        if (actual == expected) return;
        var (first, second) = (expected.Split('\n'), actual.Split('\n'));
        var i = 0;
        while (i < first.Length && i < second.Length && first[i] == second[i]) i++;
        Assert.Fail(
            $"The states differ.\nexpected: {first.ElementAtOrDefault(i)}\n"
            + $"actual:   {second.ElementAtOrDefault(i)}");
    }

    // The batch asks for one user at a time.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_cancelledVersions")]
    private static extern ref Dictionary<Alias, long> CancelledVersionsOf(ReservationBook reservations);

    private static void AppendTerms(StringBuilder text, BatchTerms terms)
    {
        text.Append(CultureInfo.InvariantCulture,
            $"terms {terms.Id} {terms.Product} {terms.Stock} {terms.PerUserLimit} ");
        text.Append(CultureInfo.InvariantCulture,
            $"{terms.PaymentWindowSeconds} keep {terms.KeepPersonalDataDays} on {string.Join(',', terms.Channels)}");
        var s = terms.Schedule;
        foreach (var instant in new[] { s.ReservationOpens, s.ReservationCloses, s.SaleOpens, s.SaleCloses })
            text.Append(CultureInfo.InvariantCulture, $" {instant:O}");
        text.Append('\n');
    }

    private static void AppendOrder(StringBuilder text, SaleBatch batch, Order order)
    {
        text.Append(CultureInfo.InvariantCulture,
            $"order {order.Seq}={batch.Orders.Find(order.Seq)?.Seq} of {order.Buyer} ");
        text.Append(CultureInfo.InvariantCulture, $"units {string.Join(' ', order.Units)}");
        text.Append(CultureInfo.InvariantCulture, $" quantity {order.Quantity} at {order.HeldAt} payBy {order.PayBy}");
        text.Append(CultureInfo.InvariantCulture, $" key {order.Key} {order.Hold}");
        text.Append(CultureInfo.InvariantCulture, $" live {order.IsLive} owed {order.Owed} returned {order.Returned}");
        text.Append(CultureInfo.InvariantCulture,
            $" checkout {order.Checkouts} {order.Checkout ?? "-"} cancelled {order.Cancelled}");
        text.Append(CultureInfo.InvariantCulture, $" payment {order.Payment} before {order.Previous?.Seq}");
        text.Append(CultureInfo.InvariantCulture,
            $" recalled {batch.Recalls.Covers(order)} extended {batch.Orders.CountExtensions(order)}");
        text.Append(CultureInfo.InvariantCulture, $" latest {batch.Orders.LatestOf(order.Buyer)?.Seq}");
        var returns = batch.Orders.Returns;
        text.Append(CultureInfo.InvariantCulture, $" return {returns.StageOf(order)} {returns.OffersOf(order)} ");
        text.Append(CultureInfo.InvariantCulture, $"{returns.HoldOf(order)} from {returns.ReturnedTo(order)?.Seq}");
        var view = batch.Orders.View(order);
        text.Append(CultureInfo.InvariantCulture, $" view {view} {view.Id} {string.Join(' ', view.Units)}\n");
    }

    private static void AppendReturns(StringBuilder text, ReturnBook returns)
    {
        text.Append(CultureInfo.InvariantCulture, $"returns {returns.Units} on hold {returns.Holds} ");
        text.Append(CultureInfo.InvariantCulture, $"waiting {returns.AnyWaiting} completing ");
        text.Append(CultureInfo.InvariantCulture, $"{returns.Completing?.Order.Seq} {returns.Completing?.Hold}");
        for (var quantity = 1; quantity <= BatchTerms.MaxPerUserLimit; quantity++)
            text.Append(CultureInfo.InvariantCulture, $" {returns.FirstFor(default, quantity)?.Seq}");
        text.Append('\n');
    }

    private static void AppendPayment(StringBuilder text, string what, PaymentId id, Payment payment)
    {
        text.Append(CultureInfo.InvariantCulture, $"{what} {id}={payment.Id} order {payment.Order} {payment.Amount} ");
        text.Append(CultureInfo.InvariantCulture, $"{payment.State} stalled {payment.StallCode} {payment.StalledAt} ");
        text.Append(CultureInfo.InvariantCulture, $"{payment.Stalls} elsewhere {payment.Elsewhere} ");
        text.Append(CultureInfo.InvariantCulture, $"{payment.RefundedThere} {payment.ElsewhereCode} ");
        text.Append(CultureInfo.InvariantCulture, $"{payment.ElsewhereAt}");
        foreach (var dispute in payment.Disputes.OrderBy(each => each.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $" {dispute}");
        text.Append('\n');
    }
}

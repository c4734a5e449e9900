using CsCheck;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Following;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Tests.Rules.Batches;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The index of orders, made of the entries of random histories.</summary>
public class IndexedHistoriesTests
{
    [Fact]
    public void The_index_of_a_random_history_says_of_each_order_what_its_batch_says() => History.Any.Sample(
        history =>
        {
            var live = new Player(history).Play();
            var rows = new Dictionary<long, IndexedOrder>();
            foreach (var line in live.Lines)
            {
                var entry = EntryReader.Read(line);
                var before = IndexRules.ChangedBy(entry.Entry) is { } order ? rows[order] : null;
                if (IndexRules.Apply(entry, before) is { } after) rows[after.Seq] = after;
            }
            rows.Values.OrderBy(row => row.Seq).Select(Describe).ShouldBe(live.State.Orders.All.Select(Describe));
        }, iter: 4 * Check.Iter, print: history => history.ToString());

    [Fact]
    public void A_refund_that_is_owed_is_told_apart_from_another_providers_payment_of_the_same_id()
    {
        var price = new GrainInterfaces.Orders.Money(199_900, "CNY");
        var (paid, doubled) = (new PaymentId("weibo", "p-1"), new PaymentId("mi", "p-1"));
        var row = new IndexedOrder(3, LiveBatch.Boss, [1], OrderStatus.AwaitingPayment);
        BatchEntry[] entries =
        [
            new Sold(3, paid, price),
            new RefundOwed(3, doubled, price, RefundReason.Duplicate),
            new RefundedElsewhere(3, paid, price, ElsewhereCodes.OfRefund("r-1")),
            new Released(3, [1], ReleaseReason.Cancelled),
        ];
        foreach (var (i, entry) in entries.Index())
            row = IndexRules.Apply(new StampedEntry(4 + i, LiveBatch.Opening, entry), row).ShouldNotBeNull();
        row.Status.ShouldBe(OrderStatus.Refunding);
    }

    private static string Describe(IndexedOrder row) =>
        $"{row.Seq} {row.Buyer} {string.Join(',', row.Units)} {row.Status} {row.Payment}";

    private static string Describe(Order order) =>
        $"{order.Seq} {order.Buyer} {string.Join(',', order.Units)} {OrderBook.StatusOf(order)} {order.Payment}";
}

using CsCheck;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Following;
using OrleansSale.Grains.OrderIndex;

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

    private static string Describe(IndexedOrder row) =>
        $"{row.Seq} {row.Buyer} {string.Join(',', row.Units)} {row.Status} {row.Payment}";

    private static string Describe(Order order) =>
        $"{order.Seq} {order.Buyer} {string.Join(',', order.Units)} {OrderBook.StatusOf(order)} {order.Payment?.Id}";
}

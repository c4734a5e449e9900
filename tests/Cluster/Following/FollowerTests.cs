using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Following;

/// <summary>The follower: the index of orders says what the batches say, whatever fails.</summary>
public sealed class FollowerTests : IAsyncLifetime
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private readonly SaleHarness _sale = new(new SaleHarnessOptions { Follows = true });

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task The_index_has_every_order_as_its_batch_tells_it()
    {
        var batch = await PlayAsync();
        await UntilSameAsync(batch);
        var all = await IndexedAsync(batch);
        all.Select(order => order.Status).ShouldBe(
            [OrderStatus.Paid, OrderStatus.Cancelled, OrderStatus.Refunded, OrderStatus.Expired]);
    }

    [Fact]
    public async Task An_index_that_was_lost_is_made_again()
    {
        var batch = await PlayAsync();
        await UntilSameAsync(batch);
        await _sale.Index.ClearAsync(batch.Id, TestContext.Current.CancellationToken);
        await _sale.DeactivateAsync(FollowerOf(batch));
        (await WakeAllAsync()).ShouldBe(1);
        await UntilSameAsync(batch);
    }

    [Fact]
    public async Task While_the_index_is_down_the_sale_goes_on_and_it_catches_up_afterwards()
    {
        _sale.Index.IsDown = true;
        var batch = await PlayAsync();
        _sale.Index.IsDown = false;
        await UntilSameAsync(batch);
    }

    [Fact]
    public async Task What_was_committed_before_a_crash_is_indexed_after_it()
    {
        _sale.Index.IsDown = true;
        var batch = await PlayAsync();
        _sale.Index.IsDown = false;
        await _sale.KillSiloAsync();
        await UntilSameAsync(_sale.Batch(batch.Id));
    }

    [Fact]
    public async Task A_ledger_that_was_replaced_by_another_one_is_indexed_from_the_beginning()
    {
        var batch = await PlayAsync();
        await UntilSameAsync(batch);
        var mark = await _sale.Index.ReadMarkAsync(batch.Id, TestContext.Current.CancellationToken);
        var other = new IndexMark(mark.Seq, new byte[32]);
        var foreign = new IndexedOrder(99, batch.AliasOf("weibo:none"), [1], OrderStatus.Paid);
        await _sale.Index.ClearAsync(batch.Id, TestContext.Current.CancellationToken);
        await _sale.Index.WriteAsync(
            batch.Id, IndexMark.None, other, [foreign], TestContext.Current.CancellationToken);
        await _sale.DeactivateAsync(FollowerOf(batch));
        await FollowerOf(batch).NoteCommitAsync(mark.Seq + 1);
        await UntilSameAsync(batch);
    }

    [Fact]
    public async Task Two_followers_of_one_batch_leave_one_right_index()
    {
        var batch = await PlayAsync();
        await UntilSameAsync(batch);
        // The second one has read an older mark: its write is refused, and it reads again.
        await using var second = await SaleHarness.StartAsync(
            new SaleHarnessOptions { Follows = true, Beside = _sale });
        await second.Actors.GetGrain<IFollowerGrain>(batch.Id).ReadAfterAsync(0, 1);
        await batch.OperateAsync(OperatorAction.Pause);
        await UntilSameAsync(batch);
        await second.Actors.GetGrain<IFollowerGrain>(batch.Id).NoteCommitAsync(
            (await _sale.Stored.ReadHeadAsync(Streams.OfBatch(batch.Id), TestContext.Current.CancellationToken)).Seq);
        await UntilSameAsync(batch);
    }

    [Fact]
    public async Task Entries_are_read_in_pages_and_by_sequence_near_the_head_and_far_behind_it()
    {
        var batch = await PlayAsync();
        await UntilSameAsync(batch);
        var follower = FollowerOf(batch);
        var all = await follower.ReadAfterAsync(0, 1_000);
        all.Select(entry => entry.Seq).ShouldBe(Enumerable.Range(1, all.Length).Select(seq => (long)seq));
        (await follower.ReadAfterAsync(2, 3)).Select(entry => entry.Seq).ShouldBe([3, 4, 5]);
        (await follower.ReadAfterAsync(all.Length, 10)).ShouldBeEmpty();
        await _sale.DeactivateAsync(follower);
        var again = await follower.ReadAfterAsync(0, 1_000);
        again.Select(entry => Convert.ToHexString(entry.Line)).ShouldBe(
            all.Select(entry => Convert.ToHexString(entry.Line)));
        (await follower.ReadAsync([1, 4, all.Length, all.Length + 7])).Select(entry => entry.Seq)
            .ShouldBe([1, 4, all.Length]);
    }

    // A paid, a cancelled, a refunded and an expired order.
    private async Task<TestBatch> PlayAsync()
    {
        var batch = await _sale.CreateBatchAsync(opensIn: TenMinutes, windowSeconds: 60);
        Buyer[] buyers = [.. "abcd".Select(name => batch.Buyer($"weibo:{name}"))];
        foreach (var buyer in buyers) await buyer.ReserveAsync();
        await _sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        var orders = new List<OrderView>();
        foreach (var buyer in buyers) orders.Add(await buyer.BuyAsync());
        await buyers[0].PayAsync(orders[0]);
        await buyers[1].CancelAsync(orders[1]);
        await buyers[2].PayAsync(orders[2]);
        await buyers[2].CancelAsync(orders[2]);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(100));
        await _sale.UntilAsync(
            async () => (await batch.Actor.ListOrdersAsync(0, 10)).Orders[2].Status == OrderStatus.Refunded,
            "the refund is made");
        return batch;
    }

    private Task UntilSameAsync(TestBatch batch) => _sale.UntilAsync(
        async () =>
        {
            var orders = (await batch.Actor.ListOrdersAsync(0, 100)).Orders;
            var head = await _sale.Stored.ReadHeadAsync(
                Streams.OfBatch(batch.Id), TestContext.Current.CancellationToken);
            var mark = await _sale.Index.ReadMarkAsync(batch.Id, TestContext.Current.CancellationToken);
            if (!head.Matches(new LedgerHead(mark.Seq, mark.Hash))) return false;
            (await IndexedAsync(batch)).Select(Describe).ShouldBe(orders.Select(order =>
                $"{order.Seq} {order.Buyer} {string.Join(',', order.Units)} {order.Status} {order.Payment}"));
            return true;
        },
        "the index has followed");

    private async Task<IReadOnlyList<IndexedOrder>> IndexedAsync(TestBatch batch) => await _sale.Index.ReadAsync(
        batch.Id, [.. Enumerable.Range(1, 100).Select(seq => (long)seq)], TestContext.Current.CancellationToken);

    private static string Describe(IndexedOrder order) =>
        $"{order.Seq} {order.Buyer} {string.Join(',', order.Units)} {order.Status} {order.Payment?.Id}";

    private IFollowerGrain FollowerOf(TestBatch batch) => _sale.Actors.GetGrain<IFollowerGrain>(batch.Id);

    private Task<int> WakeAllAsync() =>
        _sale.Actors.GetGrain<IFollowersGrain>(IFollowersGrain.Key).WakeAllAsync();
}

using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

/// <summary>What every index of orders must hold to. A test class derives from it and says how to open one.</summary>
public abstract class OrderIndexContract : IAsyncLifetime
{
    private const string Batch = "mi2-1", Other = "mi2-2";

    private static readonly Alias Alice = new(1, ulong.MaxValue), Bob = new(2, 0), Carol = new(0, 3);

    protected IOrderIndex Index { get; set; } = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => Index = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync(Index);
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IOrderIndex> OpenAsync();

    protected abstract Task CloseAsync(IOrderIndex index);

    [Fact]
    public async Task What_was_written_is_read_back_with_its_mark()
    {
        IndexedOrder[] orders =
        [
            new(2, Alice, [7], OrderStatus.AwaitingPayment),
            new(3, Bob, [8, 9], OrderStatus.Paid, Owed: 1, Returned: 2, Payment: new("a 'way", "pay ' 1"),
                Kept: 5_000_000_000),
        ];
        (await Index.WriteAsync(Batch, IndexMark.None, MarkOf(3), orders, Stop)).ShouldBeTrue();
        var mark = await Index.ReadMarkAsync(Batch, Stop);
        (mark.Seq, Convert.ToHexString(mark.Hash)).ShouldBe((3, Convert.ToHexString(MarkOf(3).Hash)));
        (await Index.ListMarksAsync(Stop)).ShouldBe(new Dictionary<string, long> { [Batch] = 3 });
        var read = await Index.ReadAsync(Batch, [2, 3, 4], Stop);
        read.OrderBy(order => order.Seq).Select(Describe).ShouldBe(orders.Select(Describe));
        (await Index.ReadAsync(Other, [2], Stop)).ShouldBeEmpty();
        (await Index.ReadMarkAsync(Other, Stop)).Seq.ShouldBe(0);
    }

    [Fact]
    public async Task Of_two_writers_that_follow_one_mark_one_writes_and_the_other_changes_nothing()
    {
        var first = new IndexedOrder(2, Alice, [1], OrderStatus.AwaitingPayment);
        (await Index.WriteAsync(Batch, IndexMark.None, MarkOf(2), [first], Stop)).ShouldBeTrue();
        (await Index.WriteAsync(Batch, IndexMark.None, MarkOf(5), [new(5, Bob, [2], OrderStatus.Paid)], Stop))
            .ShouldBeFalse();
        (await Index.WriteAsync(Batch, MarkOf(3), MarkOf(5), [new(5, Bob, [2], OrderStatus.Paid)], Stop))
            .ShouldBeFalse();
        var otherHash = new IndexMark(2, new byte[32]);
        (await Index.WriteAsync(Batch, otherHash, MarkOf(5), [new(5, Bob, [2], OrderStatus.Paid)], Stop))
            .ShouldBeFalse();
        (await Index.ReadMarkAsync(Batch, Stop)).Seq.ShouldBe(2);
        (await FindAsync()).ShouldBe(["mi2-1.2"]);
        (await Index.WriteAsync(Batch, MarkOf(2), MarkOf(6), [], Stop)).ShouldBeTrue();
    }

    [Fact]
    public async Task Orders_are_found_by_buyer_status_batch_and_unit_page_by_page()
    {
        await Index.WriteAsync(Batch, IndexMark.None, MarkOf(9),
        [
            new(2, Alice, [1], OrderStatus.Expired, Returned: 1), new(5, Alice, [1, 2], OrderStatus.Paid),
            new(9, Bob, [3], OrderStatus.Paid),
        ], Stop);
        await Index.WriteAsync(Other, IndexMark.None, MarkOf(3), [new(3, Carol, [1], OrderStatus.Paid)], Stop);
        (await FindAsync()).ShouldBe(["mi2-1.2", "mi2-1.5", "mi2-1.9", "mi2-2.3"]);
        (await FindAsync(buyers: [new(Batch, Alice), new(Other, Carol)])).ShouldBe(["mi2-1.2", "mi2-1.5", "mi2-2.3"]);
        (await FindAsync(buyers: [])).ShouldBeEmpty();
        (await FindAsync(status: OrderStatus.Paid)).ShouldBe(["mi2-1.5", "mi2-1.9", "mi2-2.3"]);
        (await FindAsync(status: OrderStatus.Refunded)).ShouldBe(["mi2-1.2"]);
        (await FindAsync(unit: 1)).ShouldBe(["mi2-1.2", "mi2-1.5", "mi2-2.3"]);
        (await FindAsync(batch: Batch, unit: 1, buyers: [new(Batch, Alice)], status: OrderStatus.Paid))
            .ShouldBe(["mi2-1.5"]);
        (await FindAsync(batch: "none")).ShouldBeEmpty();
        (await FindAsync(limit: 2)).ShouldBe(["mi2-1.2", "mi2-1.5"]);
        (await FindAsync(after: new(Batch, 5))).ShouldBe(["mi2-1.9", "mi2-2.3"]);
        (await FindAsync(after: new(Batch, 9), limit: 1)).ShouldBe(["mi2-2.3"]);
        (await FindAsync(after: new(Other, 3))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_buyer_is_found_in_the_batch_of_the_alias_alone_and_page_by_page()
    {
        await Index.WriteAsync(Batch, IndexMark.None, MarkOf(9),
        [
            new(2, Alice, [1], OrderStatus.Paid), new(5, Bob, [2], OrderStatus.Paid),
            new(9, Alice, [3], OrderStatus.Paid),
        ], Stop);
        await Index.WriteAsync(Other, IndexMark.None, MarkOf(3),
            [new(2, Carol, [1], OrderStatus.Paid), new(3, Bob, [2], OrderStatus.Paid)], Stop);
        BatchBuyer[] buyers = [new(Other, Carol), new(Batch, Alice), new(Batch, Alice), new("no ' \" batch", Bob)];
        (await FindAsync(buyers: buyers)).ShouldBe(["mi2-1.2", "mi2-1.9", "mi2-2.2"]);
        (await FindAsync(buyers: buyers, limit: 2)).ShouldBe(["mi2-1.2", "mi2-1.9"]);
        (await FindAsync(buyers: buyers, after: new(Batch, 2), limit: 1)).ShouldBe(["mi2-1.9"]);
        (await FindAsync(buyers: buyers, after: new(Batch, 9))).ShouldBe(["mi2-2.2"]);
        (await FindAsync(buyers: buyers, batch: Other)).ShouldBe(["mi2-2.2"]);
        (await FindAsync(buyers: [new(Other, Alice), new(Batch, Carol)])).ShouldBeEmpty();
        (await FindAsync(buyers: [new(Other, Bob)])).ShouldBe(["mi2-2.3"]);
    }

    [Fact]
    public async Task A_change_replaces_an_order_and_its_former_unit_still_finds_it()
    {
        await Index.WriteAsync(
            Batch, IndexMark.None, MarkOf(2), [new(2, Alice, [1], OrderStatus.Expired)], Stop);
        await Index.WriteAsync(
            Batch, MarkOf(2), MarkOf(7), [new(2, Alice, [4], OrderStatus.Paid, Payment: new("default", "p"))], Stop);
        (await FindAsync(status: OrderStatus.Expired)).ShouldBeEmpty();
        (await FindAsync(status: OrderStatus.Paid, unit: 4)).ShouldBe(["mi2-1.2"]);
        (await FindAsync(unit: 1)).ShouldBe(["mi2-1.2"]);
        (await Index.ReadAsync(Batch, [2], Stop)).Single().Units.ShouldBe([4]);
    }

    [Fact]
    public async Task A_batch_that_is_forgotten_leaves_nothing_and_can_be_written_from_the_beginning()
    {
        await Index.WriteAsync(Batch, IndexMark.None, MarkOf(2), [new(2, Alice, [1], OrderStatus.Paid)], Stop);
        await Index.WriteAsync(Other, IndexMark.None, MarkOf(2), [new(2, Bob, [1], OrderStatus.Paid)], Stop);
        await Index.ClearAsync(Batch, Stop);
        await Index.ClearAsync("none", Stop);
        (await Index.ReadMarkAsync(Batch, Stop)).Seq.ShouldBe(0);
        (await FindAsync(unit: 1)).ShouldBe(["mi2-2.2"]);
        (await Index.WriteAsync(Batch, IndexMark.None, MarkOf(3), [new(3, Alice, [1], OrderStatus.Paid)], Stop))
            .ShouldBeTrue();
        (await FindAsync(unit: 1)).ShouldBe(["mi2-2.2", "mi2-1.3"]);
    }

    [Fact]
    public async Task Thousands_of_orders_and_buyers_fit_into_one_call()
    {
        var orders = Enumerable.Range(2, 5_000)
            .Select(seq => new IndexedOrder(seq, new Alias(7, (ulong)seq), [seq], OrderStatus.AwaitingPayment))
            .ToArray();
        (await Index.WriteAsync(Batch, IndexMark.None, MarkOf(5_001), orders, Stop)).ShouldBeTrue();
        var buyers = orders.Select(order => new BatchBuyer(Batch, order.Buyer)).ToArray();
        (await FindAsync(buyers: buyers, limit: 1_000)).Count.ShouldBe(1_000);
        (await Index.ReadAsync(Batch, [.. orders.Select(order => order.Seq)], Stop)).Count.ShouldBe(5_000);
    }

    /// <summary>Searches for one buyer, with and without all else that can be asked.</summary>
    protected static IEnumerable<OrderQuery> QueriesOfABuyer =>
        from status in (OrderStatus?[])[null, OrderStatus.Paid]
        from batch in (string?[])[null, Batch]
        from unit in (int?[])[null, 7]
        from after in (FoundOrder?[])[null, new(Batch, 3)]
        select new OrderQuery([new(Batch, Alice)], status, batch, unit, after, 100);

    protected static IndexMark MarkOf(long seq) => new(seq, [.. Enumerable.Range(0, 32).Select(i => (byte)(seq + i))]);

    protected async Task<List<string>> FindAsync(
        BatchBuyer[]? buyers = null, OrderStatus? status = null, string? batch = null, int? unit = null,
        FoundOrder? after = null, int limit = 100) =>
    [
        .. (await Index.FindAsync(new OrderQuery(buyers, status, batch, unit, after, limit), Stop))
            .Select(order => order.Id),
    ];

    private static string Describe(IndexedOrder order) =>
        $"{order.Seq} {order.Buyer} {string.Join(',', order.Units)} {order.Hold} {order.Owed} {order.Returned} "
            + $"{order.Kept} {order.Payment}";
}

/// <summary>The contract in memory.</summary>
public sealed class MemoryOrderIndexTests : OrderIndexContract
{
    protected override Task<IOrderIndex> OpenAsync() => Task.FromResult<IOrderIndex>(new MemoryOrderIndex());

    protected override Task CloseAsync(IOrderIndex index) => Task.CompletedTask;
}

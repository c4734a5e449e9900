using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Orders;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>A ledger that was lost, or replaced by an older one: ids are given out again, and nothing else.</summary>
public sealed class LostLedgerTests : IAsyncLifetime
{
    private static readonly Delivery Home = new("王小明", "+86 10 5555 0100", "北京市海淀区清河中街 68 号");

    // Each test has its own cluster, because a cluster has one catalogue.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_under_an_old_id_has_documents_and_a_checkout_of_its_own(bool isWhollyLost)
    {
        var (id, old) = await CreateAsync();
        (await _sale.Order(old.Id).SetDeliveryAsync(old.Buyer, Home)).Value.ShouldBe(Home);
        (await _sale.Order(old.Id).OpenCheckoutAsync(old.For("weibo:a"), "Mi2")).Refused.ShouldBeNull();
        await LoseAsync(id, old.Id, isWhollyLost ? 0 : 1);
        if (isWhollyLost) await _sale.Batch(id).Actor.CreateAsync(Terms(id, _sale.Clock.Now));

        var order = await _sale.Batch(id).OrderAsync("weibo:b");
        order.Id.ShouldBe(old.Id);
        (await _sale.Order(order.Id).FindDeliveryAsync(order)).ShouldBeNull();
        (await _sale.Order(order.Id).OpenCheckoutAsync(order.For("weibo:b"), "Mi2")).Value!.ExpiresAt.ShouldBe(
            order.PayBy);
        var keys = _sale.Payments.CheckoutsByKey.Where(key => key.Value.Order == old.Id).ToList();
        keys.Select(key => key.Value.User).ShouldBe(["weibo:a", "weibo:b"], ignoreOrder: true);
        keys.ShouldAllBe(key => key.Key.StartsWith(old.Id + "-") && key.Key.Length == old.Id.Length + 1
            + OrderGrain.HashDigitsOfKey);

        // A new delivery from the owner replaces the stored one, and stays.
        var there = Home with { Name = "李雷" };
        (await _sale.Order(order.Id).SetDeliveryAsync(order.Buyer, there)).Value.ShouldBe(there);
        await _sale.DeactivateAsync(_sale.Order(order.Id));
        (await _sale.Order(order.Id).FindDeliveryAsync(order)).ShouldBe(there);
    }

    [Fact]
    public async Task An_order_that_the_restored_ledger_still_has_keeps_its_documents_and_its_checkout()
    {
        var (id, kept) = await CreateAsync();
        (await _sale.Order(kept.Id).SetDeliveryAsync(kept.Buyer, Home)).Value.ShouldBe(Home);
        var opened = (await _sale.Order(kept.Id).OpenCheckoutAsync(kept.For("weibo:a"), "Mi2")).Value!;
        await _sale.Batch(id).OrderAsync("weibo:b");
        // The entries created and held are left; checkout-opened is lost.
        await LoseAsync(id, kept.Id, 2);

        (await _sale.Order(kept.Id).FindDeliveryAsync(kept)).ShouldBe(Home);
        (await _sale.Order(kept.Id).OpenCheckoutAsync(kept.For("weibo:a"), "Mi2")).Value.ShouldBe(opened);
        _sale.Payments.CheckoutsByKey.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_catalogue_drops_what_the_ledger_does_not_have_and_takes_the_terms_it_has_now()
    {
        var (lost, order) = await CreateAsync();
        var (kept, _) = await CreateAsync();
        await LoseAsync(lost, order.Id, 0);
        (await ListedAsync()).ShouldBe([kept]);
        await _sale.DeactivateAsync(_sale.Catalogue);
        (await ListedAsync()).ShouldBe([kept]);

        var terms = Terms(lost, _sale.Clock.Now, stock: 77);
        await _sale.Batch(lost).Actor.CreateAsync(terms);
        await _sale.Catalogue.AddAsync(lost);
        await _sale.Catalogue.AddAsync(lost);
        (await _sale.Catalogue.ListAsync(0)).Batches.Select(batch => batch.Terms.Stock).ShouldBe([10, 77]);
    }

    [Fact]
    public async Task A_settled_head_that_the_ledger_has_not_reached_settles_nothing()
    {
        var (id, order) = await CreateAsync();
        await _sale.Catalogue.SettleAsync(id, 4, isAnonymised: false);
        await LoseAsync(id, order.Id, 2);
        await ListedAsync();
        // The ledger comes to the same head again, with something to do.
        await _sale.Batch(id).OrderAsync("weibo:b");
        (await _sale.Catalogue.ListUnsettledAsync()).ShouldBe([id]);
    }

    private async Task<(string Id, OrderView Order)> CreateAsync()
    {
        var id = (await _sale.CreateBatchAsync()).Id;
        await _sale.Catalogue.AddAsync(id);
        return (id, await _sale.Batch(id).OrderAsync("weibo:a"));
    }

    // Stops all actors, and leaves only so many commits of the batch.
    private async Task LoseAsync(string id, string order, int left)
    {
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        if (_sale.PlaceOf(_sale.Order(order)) is not null) await _sale.DeactivateAsync(_sale.Order(order));
        await _sale.DeactivateAsync(_sale.Catalogue);
        _sale.Stored.Tamper(Streams.OfBatch(id), commits => [.. commits.Take(left)]);
    }

    private async Task<IEnumerable<string>> ListedAsync() =>
        (await _sale.Catalogue.ListAsync(0)).Batches.Select(batch => batch.Terms.Id);
}

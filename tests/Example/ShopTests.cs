using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Example;

/// <summary>
/// Tests as a merchant's developer writes them: what their shop relies on, held against the engine itself.
/// </summary>
public sealed class ShopTests
{
    [Fact]
    public async Task The_last_phone_is_sold_to_one_of_two_buyers()
    {
        await using var sale = await SaleHarness.StartAsync();
        var batch = await sale.CreateBatchAsync(stock: 1, opensIn: TimeSpan.FromMinutes(10));
        var (alice, bob) = (batch.Buyer("weibo:alice"), batch.Buyer("weibo:bob"));
        await Task.WhenAll(alice.ReserveAsync(), bob.ReserveAsync());
        await sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        var order = await alice.BuyAsync();
        (await Should.ThrowAsync<RefusedException>(() => bob.BuyAsync())).Refused.ShouldBe(Refusal.SoldOut);
        (await alice.PayAsync(order)).ShouldBe(CaptureResult.Sold);
        (await sale.AuditAsync(batch)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task Money_for_a_cancelled_order_comes_back_when_our_provider_answers_again()
    {
        var provider = new ShopPayments();
        await using var sale = await SaleHarness.StartAsync(new() { PaymentProvider = provider });
        var batch = await sale.CreateBatchAsync();
        var (alice, order) = (batch.Buyer("weibo:alice"), await batch.OrderAsync("weibo:alice"));
        (await alice.CheckOutAsync(order)).Url.ShouldStartWith("https://shop.example/pay/");
        await alice.PayAsync(order, payment: "wx-1");
        provider.IsDown = true;
        (await alice.CancelAsync(order)).Status.ShouldBe(OrderStatus.Refunding);
        await sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(5));
        provider.IsDown = false;
        await sale.UntilAsync(
            async () => (await alice.ReadAsync(order)).Status == OrderStatus.Refunded, "the money is back");
        provider.Refunded.ShouldBe(["wx-1"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_phone_that_was_bought_stays_bought_when_machine_and_disk_fail(bool usesSockets)
    {
        await using var sale = await SaleHarness.StartAsync(new() { Silos = 2, UsesSockets = usesSockets });
        var batch = await sale.CreateBatchAsync(stock: 1);
        var alice = batch.Buyer("weibo:alice");
        var order = await batch.OrderAsync("weibo:alice");
        await sale.MigrateAsync(batch.Actor, sale.Silos[1]);
        await sale.KillSiloAsync(sale.Silos[1]);
        sale.Ledger.LoseAnswers();
        (await alice.PayAsync(order, payment: "wx-1")).ShouldBe(CaptureResult.Sold);
        (await sale.AuditAsync(batch)).Orders.ShouldHaveSingleItem().Units.ShouldBe(order.Units);
    }
}

using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>Operators' commands about single buyers, when something fails in between.</summary>
public sealed class BuyerCommandTests
{
    private const string Boss = "weibo:boss", Deputy = "weibo:deputy";

    [Fact]
    public async Task A_command_that_waits_survives_a_crash_and_is_approved_after_it()
    {
        await using var sale = await SaleHarness.StartAsync(new SaleHarnessOptions
        {
            ConfigureSilo = silo => silo.Services.Configure<ApprovalOptions>(options => options.ApprovalSeconds = 600),
        });
        var batch = await sale.CreateBatchAsync();
        var grant = BuyerCommand.Grant(
            batch.AliasOf("weibo:alice"), 1, CancelReason.Mistake, batch.AliasOf(Boss), KeyOf(batch, "g"));
        (await batch.Actor.CommandAsync(grant)).Value!.Effect.ShouldBe(Effect.Proposed);
        var waits = (await batch.Actor.ListProposalsAsync()).Single();
        (waits.Key, waits.By, waits.OfBuyer, waits.Until - waits.At)
            .ShouldBe((grant.Key, grant.By, grant, TimeSpan.FromMinutes(10)));

        await sale.KillSiloAsync();
        batch = sale.Batch(batch.Id);
        (await batch.Actor.ListProposalsAsync()).Single().ShouldBe(waits);
        (await batch.Actor.ApproveAsync(batch.AliasOf(Boss), grant.Key)).Refused.ShouldBe(Refusal.Conflict);
        var approved = (await batch.Actor.ApproveAsync(batch.AliasOf(Deputy), grant.Key)).Value!;
        (approved.Effect, approved.Order!.Buyer).ShouldBe((Effect.Done, grant.Buyer!.Value));
        await sale.KillSiloAsync();
        batch = sale.Batch(batch.Id);
        var again = (await batch.Actor.ApproveAsync(batch.AliasOf(Deputy), grant.Key)).Value!;
        (again.Effect, again.Order!.Seq).ShouldBe((Effect.AlreadySo, approved.Order.Seq));
        (await sale.AuditAsync(batch)).Orders.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_shipment_whose_reference_could_not_be_stored_is_completed_by_its_repeat()
    {
        await using var sale = await SaleHarness.StartAsync();
        var batch = await sale.CreateBatchAsync();
        var order = await PaidAsync(batch, "weibo:alice");
        var shipping = Shipment(batch, "s-1", "SF 1");
        sale.Documents.RefuseWrites();
        await Should.ThrowAsync<Exception>(() => sale.Order(order.Id).ShipAsync(shipping));
        (await batch.Actor.GetOrderAsync(order.Seq, null)).Value!.Shipment.ShouldNotBeNull("the ledger has it");
        (await sale.Order(order.Id).FindTrackingAsync()).ShouldBeNull();

        (await sale.Order(order.Id).ShipAsync(shipping)).Refused.ShouldBeNull();
        (await sale.Order(order.Id).FindTrackingAsync()).ShouldBe("SF 1");
        (await sale.Order(order.Id).ShipAsync(shipping with { Tracking = "SF 9" })).Refused.ShouldBe(Refusal.Conflict);
        // A late repeat of the first one does not undo the second.
        (await sale.Order(order.Id).ShipAsync(Shipment(batch, "s-2", "SF 2"))).Refused.ShouldBeNull();
        (await sale.Order(order.Id).ShipAsync(shipping)).Refused.ShouldBeNull();
        await sale.DeactivateAsync(sale.Order(order.Id));
        (await sale.Order(order.Id).FindTrackingAsync()).ShouldBe("SF 2");
        (await sale.AuditAsync(batch)).Order(order.Id)!.Shipped.ShouldBeTrue();
    }

    [Fact]
    public async Task A_tracking_reference_goes_with_the_buyers_data_and_none_is_taken_after_that()
    {
        await using var sale = await SaleHarness.StartAsync();
        var batch = await sale.CreateBatchAsync();
        var order = await PaidAsync(batch, "weibo:alice");
        await sale.Order(order.Id).ShipAsync(Shipment(batch, "s-1", "SF 1"));
        await batch.OperateAsync(OperatorAction.Close);
        (await sale.Reservation(batch.Id, "weibo:alice").EraseAsync()).Refused.ShouldBeNull();
        (await sale.Order(order.Id).FindTrackingAsync()).ShouldBeNull();
        (await sale.Order(order.Id).ShipAsync(Shipment(batch, "s-2", "SF 2"))).Refused.ShouldBe(Refusal.Conflict);
        sale.Documents.Find<OrderDocuments>("order", order.Id)!.Tracking.ShouldBeNull();
    }

    [Fact]
    public async Task An_order_is_shipped_only_if_it_is_there_and_paid()
    {
        await using var sale = await SaleHarness.StartAsync();
        var batch = await sale.CreateBatchAsync();
        var order = await batch.OrderAsync("weibo:alice");
        (await sale.Order(order.Id).ShipAsync(Shipment(batch, "s", "SF 1"))).Refused.ShouldBe(Refusal.Conflict);
        (await sale.Order($"{batch.Id}.99").ShipAsync(Shipment(batch, "s", "SF 1"))).Refused.ShouldBe(Refusal.NotFound);
        sale.Documents.Find<OrderDocuments>("order", order.Id).ShouldBeNull("nothing was changed");
    }

    private static async Task<OrderView> PaidAsync(TestBatch batch, string user)
    {
        var order = await batch.OrderAsync(user);
        (await batch.PayAsync(order, $"p-{order.Id}")).Value.ShouldBe(CaptureResult.Sold);
        return order;
    }

    private static Shipping Shipment(TestBatch batch, string key, string tracking) =>
        new(batch.AliasOf(Boss), KeyOf(batch, key).ToString(), CancelReason.Unstated, tracking);

    private static KeyHash KeyOf(TestBatch batch, string key) => batch.Key.HashOf(batch.AliasOf(Boss), key);
}

using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Ledger;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>
/// A sale over two silos that talk over sockets: every actor asked from its own silo, from the other one and from a
/// client.
/// </summary>
public sealed class TwoSiloTests : IAsyncLifetime
{
    private readonly SaleHarness _sale = new(new() { Silos = 2, UsesSockets = true });

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_sale_runs_from_creation_to_refund_with_its_batch_on_one_silo_and_all_others_on_the_other(
        int home, int away)
    {
        var (id, now) = ($"two-{home}", _sale.Clock.Now);
        var (near, far) = (FactoryOf(home), FactoryOf(away));
        UserReservation Reservation(string user) => _sale.Reservation(id, $"weibo:{user}", near);
        var terms = Terms(id, now, stock: 5, limit: 2);
        (await OnAsync(home, () => _sale.Batch(id, far).Actor.CreateAsync(terms))).Value.ShouldBe(Effect.Done);
        await OnAsync(away, async () =>
        {
            await near.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(id);
            return true;
        });

        // Reservations: their actors are on the other silo and ask the batch.
        var window = terms.Schedule with { ReservationOpens = now.AddHours(-1), ReservationCloses = now.AddHours(1) };
        foreach (var user in new[] { "a", "b", "c" })
        {
            var reserved = await OnAsync(away, () => Reservation(user).ReserveAsync(window));
            reserved.Value!.Version.ShouldBe(1);
        }
        (await Reservation("c").CancelAsync()).Value.ShouldBe(Effect.Done);
        (await Reservation("c").GetAsync()).Refused.ShouldBe(Refusal.NotFound);
        var roster = await far.GetGrain<IRosterGrain>(id).ListAsync(null, 10);
        roster.Reservations.Select(entry => entry.User).ShouldBe(["weibo:a", "weibo:b"], ignoreOrder: true);

        // Purchases from the other silo and from the client.
        var batch = _sale.Batch(id, far);
        var outcomes = (await batch.AskAsync(
            Wants("weibo:a", 2, "k"), Wants("weibo:b", 2), Wants("weibo:c"), Wants("weibo:a", 2, "k"),
            Wants("weibo:d", 2))).Outcomes;
        outcomes.Select(outcome => outcome.Refused).ShouldBe(
            [null, null, Refusal.TicketInvalid, null, Refusal.SoldOut]);
        var (order, other) = (outcomes[0].Order!, outcomes[1].Order!);
        outcomes[3].Order.ShouldBeEquivalentTo(order);
        var client = _sale.Batch(id, _sale.Client);
        (await client.Actor.GetOrderAsync(order.Seq, order.Buyer)).Value.ShouldBeEquivalentTo(order);
        (await client.Actor.ListOrdersOfAsync(client.AliasOf("weibo:b"))).Orders.Single().ShouldBeEquivalentTo(other);
        var each = await client.Actor.ListOrdersOfEachAsync(
            [client.AliasOf("weibo:nobody"), client.AliasOf("weibo:b")]);
        each[0].Orders.ShouldBeEmpty();
        each[1].Orders.Single().ShouldBeEquivalentTo(other);
        (await client.Actor.ListOrdersAsync(0, 1)).Orders.Single().Seq.ShouldBe(order.Seq);
        (await client.Actor.GetCancelledVersionAsync(client.AliasOf("weibo:c"))).ShouldBe(1);
        (await client.Actor.MayChangeDeliveryAsync(client.AliasOf("weibo:c"), 2)).Value.ShouldBe(Effect.Done);
        (await client.OperateAsync(OperatorAction.Restock, 3)).Value.ShouldBe(Effect.Done);
        var conflict = await client.OperateAsync(OperatorAction.Withdraw, 100);
        (conflict.Refused, conflict.Detail).ShouldBe((Refusal.Conflict, "only 4 units are free"));

        // Checkout, delivery, capture, cancellation and refund: the orders' actors are on the other silo.
        var document = await OnAsync(
            away, () => near.GetGrain<IOrderGrain>(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "Mi2"));
        document.Value.ShouldBe(new CheckoutView($"https://pay.example/c-{order.Id}", order.PayBy));
        var home1 = new Delivery("王小明", "555", "路 1");
        (await near.GetGrain<IOrderGrain>(order.Id).SetDeliveryAsync(order.Buyer, home1)).Value.ShouldBe(home1);
        (await _sale.Client.GetGrain<IOrderGrain>(order.Id).FindDeliveryAsync(order)).ShouldBe(home1);
        (await batch.PayAsync(order, $"p-{home}")).Value.ShouldBe(CaptureResult.Sold);
        (await batch.PayAsync(order, $"p-{home}")).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        (await batch.CancelAsync(other)).Value!.Status.ShouldBe(OrderStatus.Cancelled);
        (await batch.CancelByOperatorAsync(order)).Value!.Status.ShouldBe(OrderStatus.Refunding);
        await Eventually.HoldsAsync(
            async () =>
            {
                await _sale.Clock.AdvanceAsync(Agenda.Period);
                return await batch.StatusAsync(order) == OrderStatus.Refunded;
            },
            "the refund is made");
        (await near.GetGrain<IOrderGrain>(order.Id).RefundAsync(SoleProvider.Name, $"p-{home}", order.Amount, 0))
            .ShouldBe(RefundTry.Made($"r-p-{home}"));

        // The board, the catalogue and the export.
        var board = (await client.Actor.ReadBoardAsync(0))!;
        board.Touches.Length.ShouldBe(board.Snapshot.Touches);
        board.Snapshot.ShouldSatisfyAllConditions(
            shown => shown.Stock.ShouldBe(8), shown => shown.Free.ShouldBe(8), shown => shown.Touches.ShouldBe(9));
        await new[] { board.Snapshot }.RequireCommittedAsync(_sale.Stored, id);
        (await far.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).ListAsync(0)).Batches
            .ShouldContain(listed => listed.Terms.SameAs(terms) && listed.Key != null);
        (await _sale.Client.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).WakeAllAsync()).ShouldBeGreaterThan(0);
        var export = await far.GetGrain<ILedgerExportGrain>(id).ReadAsync(1);
        export.NextSeq.ShouldBe(board.Snapshot.Seq + 1);
        Encoding.UTF8.GetString(export.Lines).Trim().Split('\n').Length.ShouldBe((int)board.Snapshot.Seq);
        (await far.GetGrain<ILedgerExportGrain>(id).ReadAsync(export.NextSeq)).Lines.ShouldBeEmpty();
        (await _sale.Stored.AuditAsync(id)).Units.Free.ShouldBe(8);

        _sale.PlaceOf(batch.Actor).ShouldBe(SiloOf(home));
        _sale.PlaceOf(near.GetGrain<IOrderGrain>(order.Id)).ShouldBe(SiloOf(away));
        _sale.PlaceOf(Reservation("a").Actor).ShouldBe(SiloOf(away));
    }

    [Fact]
    public async Task A_failure_on_the_other_silo_is_recognised_here_as_lost_infrastructure()
    {
        var id = "failing";
        var batch = _sale.Batch(id, FactoryOf(0));
        await OnAsync(1, () => batch.Actor.CreateAsync(Terms(id, _sale.Clock.Now)));
        _sale.Ledger.FailAppends(Journal<int>.MaxAttempts, Streams.OfBatch(id));
        // Not a purchase, because its caller may give up before the activation does.
        var failure = await Should.ThrowAsync<SaleUnavailableException>(
            () => batch.OperateAsync(OperatorAction.Restock, 5));
        failure.Message.ShouldContain($"batch/{id}");
        (await _sale.Batch(id, _sale.Client).BuyAsync("weibo:a")).Order!.Units.ShouldBe([1]);
    }

    private IGrainFactory FactoryOf(int silo) => _sale.ActorsOn(SiloOf(silo));

    private SiloAddress SiloOf(int silo) => _sale.Silos[silo];

    private Task<T> OnAsync<T>(int silo, Func<Task<T>> call) => SaleHarness.OnAsync(SiloOf(silo), call);
}

using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Orders;
using OrleansSale.Grains.Reservations;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Erasing;

/// <summary>
/// The personal data of a whole batch is removed once nobody needs it, wherever the removal is interrupted.
/// </summary>
public sealed class AnonymiseTests : IAsyncLifetime
{
    private const int KeepDays = 30;

    private static readonly Delivery Home = new("王小明", "+86 10 5555 0100", "北京市海淀区清河中街 68 号");
    private static readonly string[] Users = ["weibo:a", "weibo:b", "weibo:c"];

    // Each test has its own cluster, because a cluster has one catalogue.
    private readonly SaleHarness _sale = new();
    private int _batches;

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Anonymising_is_refused_while_the_batch_has_work_and_before_the_days_of_its_terms_have_passed()
    {
        var (batch, paid, _) = await SellAsync();
        (await WhyNotAsync(batch)).ShouldContain("has not ended");
        var terms = Terms(batch.Id, SaleClock.Noon);
        await _sale.Clock.AdvanceToAsync(terms.Schedule.SaleCloses.AddMinutes(-1));
        var late = await batch.OrderAsync("weibo:late");
        await _sale.Clock.AdvanceToAsync(terms.Schedule.SaleCloses);
        (await WhyNotAsync(batch)).ShouldContain("held");
        await _sale.Clock.AdvanceToAsync(late.PayBy.AddSeconds(31));
        _sale.Payments.FallSilent();
        await batch.CancelByOperatorAsync(paid, CancelReason.Mistake);
        (await WhyNotAsync(batch)).ShouldContain("owed");
        _sale.Payments.Recover();
        await UntilAsync(async () => await batch.StatusAsync(paid) == OrderStatus.Refunded, "it is paid back");

        (await WhyNotAsync(batch)).ShouldContain("until 2013-01-20T14:00:00.000Z");
        await _sale.Clock.AdvanceToAsync(terms.Schedule.SaleCloses.AddDays(KeepDays).AddMilliseconds(-1));
        await WhyNotAsync(batch);
        _sale.StoredKeyOf(batch.Id).ShouldNotBeNull();
        _sale.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.Done);
        (await _sale.Batch("never").Actor.AnonymiseAsync(default)).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public async Task After_anonymising_reservations_documents_and_key_are_gone_and_the_ledger_and_its_proof_stay()
    {
        var (batch, paid, expired) = await SellAndEndAsync();
        var before = await _sale.Stored.CommitsOfAsync(batch.Id);
        (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.Done);
        await ShouldBeGoneAsync(batch, paid, expired);
        _sale.Documents.Purges.ShouldBe(2);

        (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.AlreadySo);
        await _sale.DeactivateAsync(batch.Actor);
        (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.AlreadySo);
        var after = await _sale.Stored.CommitsOfAsync(batch.Id);
        after.Count.ShouldBe(before.Count + 1);
        after[..^1].Select(commit => commit.Hash).ShouldBe(before.Select(commit => commit.Hash));
        (await batch.BoardAsync()).Anonymised.ShouldBeTrue();
        (await _sale.Stored.AuditAsync(batch.Id)).Units.Sold.ShouldBe(1);

        // The catalogue has no key for it any more, and the batch has nothing left to do.
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        (await _sale.Catalogue.ListAsync(0)).Batches.ShouldHaveSingleItem().Key.ShouldBeNull();
        await _sale.DeactivateAsync(_sale.KeyActor(batch.Id));
        (await _sale.Catalogue.ListAsync(0)).Batches.ShouldHaveSingleItem().Key.ShouldBeNull();
        _sale.PlaceOf(_sale.KeyActor(batch.Id)).ShouldBeNull("there is nothing to ask it any more");
        (await _sale.Catalogue.WakeAllAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Anonymising_cut_off_at_any_step_is_finished_by_the_batch_after_the_next_start(bool isStored)
    {
        var stops = new List<string>();
        for (var step = 0; ; step++)
        {
            var (batch, paid, expired) = await SellAndEndAsync();
            var storage = new FailingStorage(_sale, step, isStored);
            try
            {
                (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.Done);
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                // The erasure was cut off at this step.
            }
            // The batch retries by its timer, and storage still fails.
            await _sale.Clock.AdvanceAsync(Agenda.Period);
            storage.Repair();
            foreach (var actor in (IAddressable[])[batch.Actor, _sale.KeyActor(batch.Id), _sale.Order(paid.Id),
                _sale.Order(expired.Id), _sale.Catalogue])
                if (_sale.PlaceOf(actor) is not null) await _sale.DeactivateAsync(actor);

            var isDecided = (await _sale.Stored.TypesOfAsync(batch.Id)).Contains("Anonymised");
            isDecided.ShouldBe(step > 0 || isStored);
            await _sale.Catalogue.WakeAllAsync();
            await _sale.Clock.AdvanceAsync(Agenda.Period);
            if (!isDecided)
            {
                // Nothing is removed before the decision is in the ledger.
                await ShouldBeWholeAsync(batch, paid);
                (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.Done);
            }
            await ShouldBeGoneAsync(batch, paid, expired);
            (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.AlreadySo);
            (await _sale.Stored.TypesOfAsync(batch.Id)).Count(type => type == "Anonymised").ShouldBe(1);
            if (storage.StoppedAt is not { } stop) break;
            stops.Add(stop.Split('/')[0]);
        }
        // Each stream, each document and each purge was a step of its own. The reservations are removed at the same
        // time, in another order each time, and so are the orders.
        stops[0].ShouldBe("append batch");
        stops[1..6].ShouldAllBe(stop => stop == "clear reserved-delivery" || stop == "erase reservation");
        stops[6..12].ShouldBe(["write order", "write order", "purge", "clear batch-key", "purge", "write catalogue"]);
    }

    [Fact]
    public async Task Failing_storage_is_logged_once_and_so_is_the_recovery()
    {
        var (batch, paid, expired) = await SellAndEndAsync();
        var failures = 0;
        _sale.Documents.OnChange = (change, _) =>
        {
            if (change != "purge") return;
            Interlocked.Increment(ref failures);
            throw new IOException("A test lets no purge through.");
        };
        LostInfrastructure.Is(await Should.ThrowAsync<Exception>(() => AnonymiseAsync(batch))).ShouldBeTrue();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref failures) > 3), "it was tried again and again");
        _sale.Log.With("could not be removed yet").ShouldHaveSingleItem().Text.ShouldContain(batch.Id);
        _sale.Documents.OnChange = null;
        await UntilAsync(() => Task.FromResult(_sale.Log.With("is removed, after").Any()), "it is removed");
        _sale.Log.With("is removed, after").ShouldHaveSingleItem();
        await ShouldBeGoneAsync(batch, paid, expired);
    }

    [Fact]
    public async Task Money_that_comes_after_anonymising_is_owed_back_and_refunded()
    {
        var (batch, paid, expired) = await SellAndEndAsync();
        (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.Done);
        // Nobody can tell any more whose order it is.
        foreach (var (order, payment) in new[] { (paid, "late-1"), (expired, "late-2") })
        {
            (await batch.Actor.CaptureAsync(TestBatch.CaptureOf(order, payment) with { Payer = null })).Value.ShouldBe(
                CaptureResult.RefundOwed);
            await UntilAsync(async () => (await _sale.Stored.AuditAsync(batch.Id))
                .PaymentOf(payment).End == PaymentEnd.Refunded, "it is paid back");
        }
        _sale.Payments.Refunds.Keys.ShouldBe(["late-1", "late-2"], ignoreOrder: true);
        (await batch.StatusAsync(paid)).ShouldBe(OrderStatus.Paid);
        await ShouldBeGoneAsync(batch, paid, expired);
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        (await batch.Actor.WakeAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_personal_comes_back_through_a_front_that_has_not_heard_of_it()
    {
        var (batch, paid, expired) = await SellAndEndAsync();
        (await AnonymiseAsync(batch)).Value.ShouldBe(Effect.Done);
        (await _sale.Order(paid.Id).SetDeliveryAsync(paid.Buyer, Home)).Refused.ShouldBe(Refusal.NotFound);
        (await _sale.Order(expired.Id).OpenCheckoutAsync(expired.For(Users[1]), "Mi2"))
            .Refused.ShouldBe(Refusal.NotFound);
        (await _sale.Reservation(batch.Id, Users[2]).Delivery.SetAsync(1, Home)).Refused.ShouldBe(Refusal.SaleClosed);
        await ShouldBeGoneAsync(batch, paid, expired);
    }

    [Fact]
    public async Task Refunds_do_not_wait_until_all_is_removed()
    {
        var (batch, paid, expired) = await SellAndEndAsync();
        using var gate = _sale.Ledger.HoldAppends(Streams.OfReservation(batch.Id, batch.AliasOf(Users[0])));
        var anonymising = AnonymiseAsync(batch);
        await gate.Reached;
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        (await batch.Actor.CaptureAsync(TestBatch.CaptureOf(expired, "late"))).Value.ShouldBe(CaptureResult.RefundOwed);
        await UntilAsync(async () => await batch.StatusAsync(expired) == OrderStatus.Refunded, "it is paid back");
        anonymising.IsCompleted.ShouldBeFalse();
        gate.Open();
        (await anonymising).Value.ShouldBe(Effect.Done);
        await ShouldBeGoneAsync(batch, paid, expired);
    }

    // On sale, with three reservations, two of them with an address: one order paid, one awaiting payment, both with an
    // address.
    private async Task<(TestBatch Batch, OrderView Paid, OrderView Unpaid)> SellAsync()
    {
        var batch = _sale.Batch($"b-{++_batches}");
        var terms = Terms(batch.Id, _sale.Clock.Now) with { KeepPersonalDataDays = KeepDays };
        (await batch.Actor.CreateAsync(terms)).Value.ShouldBe(Effect.Done);
        await _sale.Catalogue.AddAsync(batch.Id);
        var window = terms.Schedule with { ReservationCloses = _sale.Clock.Now.AddHours(1) };
        foreach (var user in Users)
            (await _sale.Reservation(batch.Id, user).ReserveAsync(window)).Refused.ShouldBeNull();
        foreach (var user in Users[1..])
            (await _sale.Reservation(batch.Id, user).Actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        var (paid, unpaid) = (await batch.OrderAsync(Users[0]), await batch.OrderAsync(Users[1]));
        foreach (var order in new[] { paid, unpaid })
            (await _sale.Order(order.Id).SetDeliveryAsync(order.Buyer, Home)).Value.ShouldBe(Home);
        (await batch.PayAsync(paid, $"p-{batch.Id}")).Value.ShouldBe(CaptureResult.Sold);
        return (batch, paid, unpaid);
    }

    private async Task<(TestBatch Batch, OrderView Paid, OrderView Expired)> SellAndEndAsync()
    {
        var sold = await SellAsync();
        await _sale.Clock.AdvanceAsync(TimeSpan.FromHours(11));
        await _sale.Clock.AdvanceAsync(TimeSpan.FromDays(KeepDays));
        return sold;
    }

    private static Task<Answer<Effect>> AnonymiseAsync(TestBatch batch) =>
        batch.Actor.AnonymiseAsync(batch.AliasOf(TestBatch.Operator));

    private static async Task<string> WhyNotAsync(TestBatch batch)
    {
        var answer = await AnonymiseAsync(batch);
        answer.Refused.ShouldBe(Refusal.Conflict);
        return answer.Detail!;
    }

    private async Task ShouldBeWholeAsync(TestBatch batch, OrderView paid)
    {
        (await ReservationsAsync(batch)).Count.ShouldBe(Users.Length);
        _sale.StoredKeyOf(batch.Id).ShouldNotBeNull();
        (await _sale.Order(paid.Id).FindDeliveryAsync(paid)).ShouldBe(Home);
    }

    private async Task ShouldBeGoneAsync(TestBatch batch, params OrderView[] orders)
    {
        // The batch removes it beside its ticks.
        await UntilAsync(() => Task.FromResult(_sale.StoredKeyOf(batch.Id) is null), "its key is removed");
        (await ReservationsAsync(batch)).ShouldBeEmpty();
        (await _sale.KeyActor(batch.Id).FindAsync()).ShouldBeNull();
        foreach (var key in Users.Select(user => _sale.Reservation(batch.Id, user).Key))
            _sale.Documents.Find<ReservedDeliveryDocument>("reserved-delivery", key).ShouldBeNull();
        foreach (var order in orders)
        {
            _sale.Documents.Find<OrderDocuments>("order", order.Id)!.Delivery.ShouldBeNull();
            (await _sale.Order(order.Id).FindDeliveryAsync(order)).ShouldBeNull();
        }
        foreach (var commit in await _sale.Stored.CommitsOfAsync(batch.Id))
            Encoding.UTF8.GetString(commit.Entries.Span).ShouldNotContain("weibo:");
    }

    private Task<IReadOnlyList<StreamHead>> ReservationsAsync(TestBatch batch) =>
        _sale.Stored.ListAsync(Streams.OfReservations(batch.Id), null, 100, TestContext.Current.CancellationToken);

    private Task UntilAsync(Func<Task<bool>> condition, string what) => Eventually.HoldsAsync(
        async () =>
        {
            if (await condition()) return true;
            await _sale.Clock.AdvanceAsync(Agenda.Period);
            return false;
        },
        what);
}

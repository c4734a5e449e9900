using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>Where the opening of a checkout is cut off.</summary>
public enum CutOff
{
    /// <summary>The provider does nothing.</summary>
    ProviderDown,

    /// <summary>The provider acts and its answer is lost.</summary>
    ProvidersAnswer,

    /// <summary>The document is not written.</summary>
    Document,

    /// <summary>The document is written and the answer lost.</summary>
    DocumentsAnswer,

    /// <summary>The batch's entry is not stored.</summary>
    Record,

    /// <summary>The batch's entry is stored and the answer lost.</summary>
    RecordsAnswer,
}

/// <summary>Opening a checkout, cut off wherever it may be, and the documents of an order.</summary>
public sealed class CheckoutTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private const int Attempts = Journal<int>.MaxAttempts;
    private static readonly Delivery Home = new("王小明", "+86 10 5555 0100", "北京市海淀区清河中街 68 号");

    [Fact]
    public async Task A_checkout_is_made_once_with_what_the_order_says_and_recorded_before_its_address_is_told()
    {
        var (id, order) = await OrderAsync(quantity: 2);
        var gate = sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var opening = OpenAsync(order);
        await gate.Reached;
        opening.IsCompleted.ShouldBeFalse();
        gate.Open();

        var opened = (await opening).Value!;
        opened.ShouldBe(new CheckoutView($"https://pay.example/c-{order.Id}", order.PayBy));
        (await OpenAsync(order)).Value.ShouldBe(opened);
        await sale.DeactivateAsync(sale.Order(order.Id));
        (await OpenAsync(order)).Value.ShouldBe(opened);

        sale.Payments.Checkouts[order.Id].ShouldSatisfyAllConditions(
            asked => asked.User.ShouldBe("weibo:a"), asked => asked.Amount.ShouldBe(Price * 2),
            asked => asked.ExpiresAt.ShouldBe(order.PayBy), asked => asked.Description.ShouldBe("小米 Mi2"));
        (await sale.Stored.TypesOfAsync(id)).ShouldBe(["Created", "OpenedSale", "Held", "CheckoutOpened"]);
        (await sale.Batch(id).Actor.GetOrderAsync(order.Seq, null)).Value!.Checkout.ShouldBe($"c-{order.Id}");
    }

    public static MatrixTheoryData<CutOff, bool> CutOffs => new(Enum.GetValues<CutOff>(), [false, true]);

    [Theory]
    [MemberData(nameof(CutOffs))]
    public async Task A_checkout_that_was_cut_off_is_finished_by_asking_again(CutOff at, bool forgets)
    {
        var (id, order) = await OrderAsync();
        switch (at)
        {
            case CutOff.ProviderDown: sale.Payments.FallSilent(); break;
            case CutOff.ProvidersAnswer: sale.Payments.LoseAnswers(); break;
            case CutOff.Document: sale.Documents.RefuseWrites(); break;
            case CutOff.DocumentsAnswer: sale.Documents.LoseAnswers(); break;
            case CutOff.Record: sale.Ledger.FailAppends(Attempts, Streams.OfBatch(id)); break;
            case CutOff.RecordsAnswer: sale.Ledger.LoseAnswers(Attempts, Streams.OfBatch(id)); break;
        }
        await ShouldBeUnavailableAsync(() => OpenAsync(order));
        sale.Payments.Recover();
        if (forgets) await sale.DeactivateAsync(sale.Order(order.Id));

        // If the outcome of a document's write was unknown, one more attempt may be needed.
        var opened = await FrontRetry.AskAsync(() => OpenAsync(order));

        opened.Value.ShouldBe(new CheckoutView($"https://pay.example/c-{order.Id}", order.PayBy));
        sale.Payments.Checkouts.ShouldContainKey(order.Id);
        (await sale.Stored.TypesOfAsync(id)).ShouldBe(["Created", "OpenedSale", "Held", "CheckoutOpened"]);
    }

    [Fact]
    public async Task From_payBy_on_no_checkout_opens_but_an_open_one_is_told()
    {
        var (id, order) = await OrderAsync();
        var other = await sale.Batch(id).OrderAsync("weibo:b");
        var open = await OpenAsync(order);
        await sale.Clock.AdvanceToAsync(order.PayBy.AddMilliseconds(-1));
        (await OpenAsync(order)).Value.ShouldBe(open.Value);
        sale.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await OpenAsync(order)).Value.ShouldBe(open.Value);
        (await OpenAsync(other)).Refused.ShouldBe(Refusal.OrderNotPayable);
        sale.Payments.Checkouts.ShouldNotContainKey(other.Id);
    }

    [Fact]
    public async Task An_order_that_does_not_await_payment_takes_no_checkout()
    {
        var (id, order) = await OrderAsync();
        await sale.Batch(id).PayAsync(order, "checkout-1");
        (await OpenAsync(order)).Refused.ShouldBe(Refusal.OrderNotPayable);
        await sale.Batch(id).CancelAsync(order);
        (await OpenAsync(order)).Refused.ShouldBe(Refusal.OrderNotPayable);
        sale.Payments.Checkouts.ShouldNotContainKey(order.Id);
    }

    [Fact]
    public async Task Nobody_but_the_owner_learns_of_an_order()
    {
        var (id, order) = await OrderAsync();
        var actor = sale.Order(order.Id);
        var other = new Owner("weibo:b", sale.Batch(id).AliasOf("weibo:b"));
        (await actor.OpenCheckoutAsync(other, "x")).Refused.ShouldBe(Refusal.NotFound);
        (await actor.SetDeliveryAsync(other.Alias, Home)).Refused.ShouldBe(Refusal.NotFound);
        (await sale.Batch(id).Actor.GetOrderAsync(order.Seq, other.Alias)).Refused.ShouldBe(Refusal.NotFound);
        (await sale.Batch(id).Actor.CancelOrderAsync(order.Seq, other.Alias)).Refused.ShouldBe(Refusal.NotFound);
        (await actor.FindDeliveryAsync(order)).ShouldBeNull();
        foreach (var made in new[] { $"{id}.999", $"{id}.1", "nonsense", $"{id}.0{order.Seq}", "no-such-batch.2" })
        {
            (await sale.Order(made).OpenCheckoutAsync(order.For("weibo:a"), "x")).Refused.ShouldBe(Refusal.NotFound);
            (await sale.Order(made).SetDeliveryAsync(order.Buyer, Home)).Refused.ShouldBe(Refusal.NotFound);
        }
    }

    [Fact]
    public async Task Where_to_deliver_is_kept_and_never_in_the_ledger()
    {
        var (id, order) = await OrderAsync();
        var actor = sale.Order(order.Id);
        (await actor.SetDeliveryAsync(order.Buyer, Home with { Phone = "555" })).Value.ShouldNotBeNull();
        (await actor.SetDeliveryAsync(order.Buyer, Home)).Value.ShouldBe(Home);
        await sale.DeactivateAsync(actor);
        (await actor.FindDeliveryAsync(order)).ShouldBe(Home);
        (await sale.Stored.TypesOfAsync(id)).ShouldBe(["Created", "OpenedSale", "Held"]);

        await sale.Batch(id).CancelAsync(order);
        (await actor.SetDeliveryAsync(order.Buyer, Home with { Phone = "556" })).Refused.ShouldBe(Refusal.Conflict);
        (await actor.FindDeliveryAsync(order)).ShouldBe(Home);
    }

    [Fact]
    public async Task A_delivery_whose_write_failed_is_not_taken_for_kept_when_it_is_said_again()
    {
        await using var own = await SaleHarness.StartAsync();
        var order = await (await own.CreateBatchAsync()).OrderAsync("weibo:a");
        var actor = own.Order(order.Id);
        own.Documents.RefuseWrites();
        await ShouldBeUnavailableAsync(() => actor.SetDeliveryAsync(order.Buyer, Home));

        (await actor.SetDeliveryAsync(order.Buyer, Home)).Value.ShouldBe(Home);
        await own.DeactivateAsync(actor);
        (await actor.FindDeliveryAsync(order)).ShouldBe(Home);
    }

    private static async Task ShouldBeUnavailableAsync<T>(Func<Task<Answer<T>>> ask)
    {
        try
        {
            (await ask()).Refused.ShouldBe(Refusal.Overloaded);
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            // This is right too: the front retries.
        }
    }

    private Task<Answer<CheckoutView>> OpenAsync(OrderView order) =>
        sale.Order(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "小米 Mi2");

    private async Task<(string Batch, OrderView Order)> OrderAsync(int quantity = 1)
    {
        var id = (await sale.CreateBatchAsync(limit: quantity)).Id;
        return (id, await sale.Batch(id).OrderAsync("weibo:a", quantity));
    }
}

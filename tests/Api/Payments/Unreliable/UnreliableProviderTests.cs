using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Platforms.Protocol;

namespace OrleansSale.Tests.Api.Payments.Unreliable;

/// <summary>
/// Providers that lie, repeat, reorder, stall and die, beside a real host over HTTP. In the end their own books are
/// summed against the exported ledgers by the auditor, which shares no code with the engine.
/// </summary>
public sealed class UnreliableProviderTests(ITestOutputHelper output)
{
    private const int WindowSeconds = 900, GraceSeconds = 30, AtOnce = 8;

    private static readonly string[] Reasons = ["expired", "cancelled", "duplicate", "wrong-amount", "wrong-payer"];

    private static readonly string[] Types =
        ["checkout-opened", "sold", "released", "refunded", "refund-stalled", "refunded-elsewhere", "disputed"];

    [Fact]
    public async Task Whatever_providers_do_every_minor_unit_is_where_the_ledgers_say()
    {
        var seed = SeedOf("PROVIDER_SEED");
        output.WriteLine($"PROVIDER_SEED={seed}");
        var random = new Random(seed);
        await using var sale = await UnreliableSale.StartAsync(random, OrderStory.All.Count, WindowSeconds);
        var orders = await PlaceAsync(sale, random);
        var boughtBy = sale.Front.Clock.GetUtcNow();
        await EachAsync(orders.Where(order => order.Story.Telling != Telling.Late), random, (order, chance) =>
            LiveAsync(sale, order, chance));

        // What the provider never told of is found by asking, at payBy.
        sale.Front.Clock.AdvanceTo(boughtBy.AddSeconds(WindowSeconds + 1));
        await EachAsync(
            orders.Where(order => order.Story is { Paying: Paying.AsAsked, Telling: Telling.Never, Turn: Turn.None }),
            random, (order, _) => sale.Front.UntilOrderIsAsync(order.Order, order.User, "paid"));

        // A payment that is confirmed late finds a free unit as long as the sale is on.
        sale.Front.Clock.AdvanceTo(boughtBy.AddSeconds(WindowSeconds + GraceSeconds + 1));
        var late = orders.Where(order => order.Story.Telling == Telling.Late).ToList();
        await EachAsync(late.Where(order => order.Story.Turn != Turn.CancelledBefore), random, (order, _) =>
            sale.Front.UntilOrderIsAsync(order.Order, order.User, "expired"));
        await EachAsync(late.Where((_, i) => i % 2 == 0), random, (order, chance) => LiveAsync(sale, order, chance));
        foreach (var batch in sale.Batches) (await sale.Front.OperateAsync(batch, "close")).Is(200);
        await EachAsync(late.Where((_, i) => i % 2 == 1), random, (order, chance) => LiveAsync(sale, order, chance));
        await SettleAsync(sale);

        var (findings, sales) = await sale.AuditAsync();
        findings.ShouldBeEmpty();
        await ReachedAsync(sale, sales, orders);
    }

    private static async Task<IReadOnlyList<Placed>> PlaceAsync(UnreliableSale sale, Random random)
    {
        // Every story once, at a provider and in a batch that chance decides.
        var stories = OrderStory.All.ToArray();
        random.Shuffle(stories);
        var planned = stories.Select((story, i) => (
            Provider: sale.Providers[i % 2], Story: story, Batch: sale.Batches[i / 2 % sale.Batches.Count]));
        var placed = new List<Placed>();
        await EachAsync(planned, random, async (plan, _) =>
        {
            var user = sale.Front.NewUser(plan.Provider.Channel);
            var order = await sale.Front.OrderAsync(plan.Batch, user);
            await Eventually.HoldsAsync(
                async () => (await sale.Front.CheckOutAsync(order, user)).Status == 200, "the checkout is open");
            if (plan.Story.Telling == Telling.Late) await plan.Provider.AtDeskAsync(books =>
            {
                books.Begin(order);
                return true;
            });
            if (plan.Story.Turn == Turn.CancelledBefore) (await sale.Front.CancelAsync(order, user)).Is(200);
            lock (placed) placed.Add(new Placed(plan.Story, plan.Provider, plan.Batch, user, order));
        });
        return placed;
    }

    // From the payment on.
    private static async Task LiveAsync(UnreliableSale sale, Placed order, Random chance)
    {
        var (story, provider) = (order.Story, order.Provider);
        if (story.Paying != Paying.NotAtAll)
        {
            var captured = await provider.AtDeskAsync(books => Pay(books, order));
            var news = await provider.AtDeskAsync(books => Move(books, story.Turn, captured[0].Payment));
            // News of a payment may come before the payment, and in any order.
            if (chance.Next(2) == 0) (captured, news) = (news, captured);
            chance.Shuffle(captured);
            foreach (var message in captured.Concat(news)) await TellAsync(sale, provider, message, story.Telling);
            await LieAsync(sale, order, captured.Concat(news));
        }

        if (story.Turn == Turn.CancelledAfter) (await sale.Front.CancelAsync(order.Order, order.User)).Is(200);
    }

    private static ProtocolMessage[] Pay(ProtocolBooks books, Placed order) => order.Story.Paying switch
    {
        Paying.Twice => [books.Pay(order.Order), books.Pay(order.Order)],
        Paying.ByAnother => [books.Pay(order.Order, user: $"{order.User}-s-brother")],
        Paying.TooLittle => [books.Pay(order.Order, more: -1)],
        Paying.TooMuch => [books.Pay(order.Order, more: 1)],
        Paying.InAnotherCurrency => [books.Pay(order.Order, currency: "USD")],
        _ => [books.Pay(order.Order)],
    };

    private static ProtocolMessage[] Move(ProtocolBooks books, Turn turn, string payment) => turn switch
    {
        Turn.PartRefundedByHand => books.RefundByHand(payment, 100) is { } part ? [part] : [],
        Turn.AllRefundedByHand => books.RefundByHand(payment) is { } all ? [all] : [],
        Turn.DisputeLost or Turn.DisputeWon => books.Dispute(payment, isLost: turn == Turn.DisputeLost),
        _ => [],
    };

    private static async Task TellAsync(
        UnreliableSale sale, Provider provider, ProtocolMessage message, Telling telling)
    {
        switch (telling)
        {
            case Telling.Never when message.Type == "payment.captured":
                await UnreliableSale.DeliveredAsync(provider, message);
                break;
            case Telling.AfterAForgery:
                (await sale.DeliverAsync(provider, message, secret: new byte[32])).IsRefusal(401, "unauthenticated");
                goto default;
            case Telling.Repeatedly:
                await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => sale.DeliverAsync(provider, message)));
                break;
            default:
                await sale.DeliverAsync(provider, message);
                break;
        }
    }

    // A payment that is recorded stays as it is, whatever is said of it later.
    private static async Task LieAsync(UnreliableSale sale, Placed order, IEnumerable<ProtocolMessage> told)
    {
        if (order.Story.Telling == Telling.Never) return;
        var undelivered = await order.Provider.AtDeskAsync(books => books.Undelivered);
        foreach (var message in told.Where(one => one.Type == "payment.captured").Except(undelivered))
        {
            var payment = message.Payment;
            var another = order.Order[..(order.Order.LastIndexOf('.') + 1)] + "3";
            ProtocolMessage[] lies = await order.Provider.AtDeskAsync(books => (ProtocolMessage[])
            [
                books.Lie(payment, "payment.captured", data => data["order"] = another),
                books.Lie(payment, "payment.captured", data => data["amount"]!["amount"] = 1),
                books.Lie(payment, "payment.captured", data => data["user"] = "weibo:nobody"),
                books.Lie(payment, "payment.declined", _ => { }),
            ]);
            foreach (var lie in lies) (await sale.DeliverAsync(order.Provider, lie)).Is(204);
        }
    }

    // The provider repeats what was not acknowledged, and the engine makes the refunds that it owes.
    private static async Task SettleAsync(UnreliableSale sale)
    {
        await Eventually.HoldsAsync(async () =>
        {
            var left = 0;
            foreach (var provider in sale.Providers)
            {
                foreach (var message in await provider.AtDeskAsync(books => books.Undelivered))
                    if ((await sale.DeliverAsync(provider, message)).Status != 204) left++;
            }

            return left == 0;
        }, "all messages are delivered");
        await Eventually.HoldsAsync(
            async () => await sale.CountRecordedAsync() == await sale.CountCapturedAsync(), "all are recorded");
        await Eventually.HoldsAsync(async () => await sale.OwedAsync() == 0, "nothing is owed");
    }

    private async Task ReachedAsync(
        UnreliableSale sale, IReadOnlyList<AuditedSale> sales, IReadOnlyList<Placed> orders)
    {
        var exports = "";
        foreach (var batch in sale.Batches) exports += await sale.Front.ExportAsync(batch);
        foreach (var reason in Reasons) exports.ShouldContain($"\"why\":\"{reason}\"");
        foreach (var type in Types) exports.ShouldContain($"\"type\":\"{type}\"");
        sales.Sum(one => one.Orders.Count).ShouldBe(orders.Count);
        foreach (var provider in sale.Providers)
        {
            provider.Double.Deaths.ShouldBe(2);
            MishapDeck.All.Except(provider.Deck.Drawn).ShouldBeEmpty();
            var payments = sales.SelectMany(one => one.Payments.Values)
                .Where(payment => payment.Payment.Provider == provider.Name).ToList();
            output.WriteLine($"{provider.Name}: {payments.Count} payments, " +
                $"{payments.Count(payment => payment.End == PaymentEnd.Sold)} kept, " +
                $"{payments.Count(payment => payment.Refund is not null)} refunded by the engine, " +
                $"{payments.Count(payment => payment.Elsewhere > 0)} moved elsewhere");
        }
    }

    private static int SeedOf(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var seed) ? seed : Random.Shared.Next(1, 1_000_000);

    // In an order that chance decides; each has chances of its own. The seed decides the stories and their order, but
    // not which call meets which mishap: several calls run at a time.
    private static Task EachAsync<T>(IEnumerable<T> all, Random random, Func<T, Random, Task> doAsync)
    {
        var shuffled = all.ToArray();
        random.Shuffle(shuffled);
        return Parallel.ForEachAsync(
            shuffled.Select(one => (One: one, Chance: new Random(random.Next()))).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (next, _) => await doAsync(next.One, next.Chance));
    }
}

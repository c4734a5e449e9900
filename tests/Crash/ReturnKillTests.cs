using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Crash;

/// <summary>I6 of returns with a real process and a real SIGKILL between the captures and the refunds.</summary>
public sealed class ReturnKillTests(ITestOutputHelper output)
{
    private const int Pairs = 12;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2), LookInterval = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Every_returned_unit_has_one_buyer_and_one_refund_though_the_engine_is_killed_in_between()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        using var lives = new EngineLives();
        Sale sale;
        await using (var engine = await lives.StartAsync(bound.Token))
        {
            using var client = EngineLives.ClientOf(engine);
            sale = await GiveBackAsync(client, bound.Token);
            // The engine has forgotten nothing of this after a crash.
            await engine.KillAsync();
        }
        await using (var engine = await lives.StartAsync(bound.Token))
        {
            using var client = EngineLives.ClientOf(engine);
            var paying = Task.WhenAll(sale.Takers.Select(taker => PayAsync(client, sale.Batch, taker, bound.Token)));
            await UntilAsync(async () => (await AuditAsync(client, sale)).Orders
                .Any(order => order.Released == "returned"), bound.Token);
            // A refund is tried at the batch's next tick, so most are owed now.
            await engine.KillAsync();
            await paying;
        }
        await using var last = await lives.StartAsync(bound.Token);
        using var lastClient = EngineLives.ClientOf(last);
        var owed = (await AuditAsync(lastClient, sale)).Payments.Values.Count(paid => paid.End == PaymentEnd.Owed);
        output.WriteLine($"{owed} refunds were owed when the engine was started again");
        await Task.WhenAll(sale.Takers.Select(taker => PayAsync(lastClient, sale.Batch, taker, bound.Token)));
        await UntilAsync(async () => (await AuditAsync(lastClient, sale)).Payments.Values
            .Count(payment => payment.End == PaymentEnd.Refunded) == Pairs, bound.Token);

        var end = await AuditAsync(lastClient, sale);
        end.Units.ShouldBe(new UnitCounts(Stock: Pairs, Free: 0, Held: 0, Sold: Pairs, Withdrawn: 0));
        end.Orders.Where(order => order.Released is null).Select(order => order.Units.Single()).Order()
            .ShouldBe(Enumerable.Range(1, Pairs));
        var captured = await lastClient.PaymentsAsync(lives.Secrets.PaymentsApiKey);
        captured.Count.ShouldBe(2 * Pairs, "nobody was charged twice");
        captured.Count(payment => payment.TryGetProperty("refund", out var refund)
            && refund.ValueKind == JsonValueKind.Object).ShouldBe(Pairs, "each first buyer was refunded, once");
        end.Payments.Count.ShouldBe(2 * Pairs, "every captured payment is in the ledger");
    }

    // As many buyers have paid for a unit and given it back as wait in the line.
    private static async Task<Sale> GiveBackAsync(EngineClient client, CancellationToken cancellationToken)
    {
        var boss = await client.DevTokenAsync("ops", "boss", "operator");
        string[] givers = await TokensAsync(client, "giver"), takers = await TokensAsync(client, "taker");
        var batch = await OpenAsync(client, boss, [.. givers, .. takers]);
        await UntilAsync(async () => (await client.BoardAsync(batch)).Text("phase") == "on-sale", cancellationToken);
        var orders = new List<string>();
        foreach (var giver in givers)
        {
            var order = Demand(await client.BuyWithTokenAsync(giver, batch)).GetProperty("id").GetString()!;
            Demand(await client.PayAsync(Demand(await client.CheckoutAsync(giver, order))
                .GetProperty("checkoutUrl").GetString()!));
            await UntilAsync(
                async () => (await client.OrderAsync(giver, order)).Text("status") == "paid", cancellationToken);
            orders.Add(order);
        }
        foreach (var taker in takers) Demand(await client.StandByAsync(taker, batch, 1));
        foreach (var (giver, order) in givers.Zip(orders))
            Demand(await client.ReturnAsync(giver, order)).GetProperty("return").GetString().ShouldNotBeNull();
        return new Sale(batch, boss, takers);
    }

    // Pays for what is offered, if it is not paid yet. An engine that was killed meanwhile answers nothing.
    private static async Task PayAsync(
        EngineClient client, string batch, string taker, CancellationToken cancellationToken)
    {
        var order = (await client.PlaceAsync(taker, batch)).Text("order");
        if (order is null || (await client.OrderAsync(taker, order)).Text("status") == "paid") return;
        var checkout = (await client.CheckoutAsync(taker, order)).Text("checkoutUrl");
        if (checkout is not null) await client.PayAsync(checkout);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static Task<string[]> TokensAsync(EngineClient client, string name) => Task.WhenAll(
        Enumerable.Range(0, Pairs).Select(number => client.DevTokenAsync(BatchPlan.Channel, $"{name}-{number}")));

    // Opens a batch that all have reserved. If it opened before, because the machine is slow, another one opens later.
    private static async Task<string> OpenAsync(EngineClient client, string boss, IReadOnlyList<string> tokens)
    {
        var opensIn = TimeSpan.FromSeconds(2);
        for (var number = 1; ; number++, opensIn *= 2)
        {
            var batch = $"mi2-{number}";
            await client.OpenAsync(boss, new BatchPlan(batch, Pairs, DateTimeOffset.UtcNow + opensIn)
            {
                StandbyLimit = Pairs,
            });
            var answers = await Task.WhenAll(tokens.Select(token => client.ReserveAsync(token, batch)));
            if (answers.Any(answer => answer.Code == "reservation-closed")) continue;
            foreach (var answer in answers) Demand(answer);
            return batch;
        }
    }

    private static async Task<AuditedSale> AuditAsync(EngineClient client, Sale sale)
    {
        await using var ledger = await client.LedgerAsync(sale.Boss, sale.Batch);
        var audited = await LedgerAudit.ReadAsync(ledger, TestContext.Current.CancellationToken);
        audited.Violations.Kept.ShouldBeEmpty();
        return audited;
    }

    private static JsonElement Demand(EngineAnswer answer) =>
        answer.Succeeded ? answer.Body : throw new EngineException($"it was refused: {answer}");

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition()) await Task.Delay(LookInterval, cancellationToken); // bounded poll
    }

    private sealed record Sale(string Batch, string Boss, string[] Takers);
}

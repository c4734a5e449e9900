using System.Collections.Concurrent;
using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Crash;

/// <summary>A recall with a real process and a real SIGKILL in its middle: nothing is lost or done twice.</summary>
public sealed class RecallKillTests(ITestOutputHelper output)
{
    private const int Users = 30, OrdersOfEach = 100, PaidOfEach = 2, AtOnce = 16;
    private const int ShortestLifeMilliseconds = 0, LongestLifeMilliseconds = 400;
    private const string RecallKey = "recall-1";

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(4), LookInterval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_recall_goes_on_after_every_kill_until_all_orders_are_cancelled_or_refunded()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        var random = new Random(Chance.Seed("CRASH_SEED"));
        using var lives = new EngineLives();
        string boss, batch;
        await using (var engine = await lives.StartAsync(bound.Token))
        {
            using var client = EngineLives.ClientOf(engine);
            boss = await client.DevTokenAsync("ops", "boss", "operator");
            batch = await SellAsync(client, boss, bound.Token);
            // Its answer may be lost with the engine.
            var recalling = client.RecallAsync(boss, batch, RecallKey);
            await Task.Delay( // paced: a random moment
                random.Next(ShortestLifeMilliseconds, LongestLifeMilliseconds), bound.Token);
            await engine.KillAsync();
            await recalling;
        }
        for (var kills = 0; kills < 3; kills++)
        {
            await using var engine = await lives.StartAsync(bound.Token);
            using var client = EngineLives.ClientOf(engine);
            // The same command again: it takes effect once, whether or not the first one was recorded.
            var repeated = Demand(await client.RecallAsync(boss, batch, RecallKey));
            output.WriteLine($"life {kills}: {repeated}");
            await Task.Delay( // paced: a random moment
                random.Next(ShortestLifeMilliseconds, LongestLifeMilliseconds), bound.Token);
            await engine.KillAsync();
        }

        await using var last = await lives.StartAsync(bound.Token);
        using var final = EngineLives.ClientOf(last);
        await UntilAsync(
            async () => Demand(await final.RecallAsync(boss, batch)) is var recall
                && recall.GetProperty("finished").GetBoolean() && recall.GetProperty("refundsOwed").GetInt32() == 0,
            bound.Token);
        await using var export = await final.LedgerAsync(boss, batch);
        var sale = await LedgerAudit.ReadAsync(export, bound.Token);
        sale.Violations.Kept.ShouldBeEmpty($"{last.Output}");
        sale.Orders.Count.ShouldBe(Users * OrdersOfEach);
        sale.Orders.ShouldAllBe(order => order.Released == "cancelled");
        sale.Payments.Count.ShouldBe(Users * PaidOfEach);
        sale.Payments.Values.ShouldAllBe(payment => payment.End == PaymentEnd.Refunded);
        (sale.Units.Free, sale.Units.Stock).ShouldBe((Users * OrdersOfEach, Users * OrdersOfEach));
        (await final.BoardAsync(batch)).Text("phase").ShouldBe("paused");
        var made = await final.PaymentsAsync(lives.Secrets.PaymentsApiKey);
        made.Count(payment => payment.TryGetProperty("refund", out var refund)
            && refund.ValueKind == JsonValueKind.Object).ShouldBe(Users * PaidOfEach, "once each, at the provider too");
    }

    private static async Task<string> SellAsync(EngineClient client, string boss, CancellationToken cancellationToken)
    {
        var tokens = new List<string>();
        for (var number = 0; number < Users; number++)
            tokens.Add(await client.DevTokenAsync(BatchPlan.Channel, $"buyer-{number}"));
        var orders = new ConcurrentBag<(string Token, string Order)>();
        var (batch, buyers) = await OpenAsync(client, boss, tokens, TimeSpan.FromSeconds(3));
        await UntilAsync(async () => (await client.BoardAsync(batch)).Text("phase") == "on-sale", cancellationToken);
        var all = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(buyers, all, async (buyer, _) =>
        {
            for (var number = 0; number < OrdersOfEach; number++)
            {
                var made = Demand(await client.BuyAsync(batch, buyer.Ticket, $"key-{number}"));
                if (number < PaidOfEach) orders.Add((buyer.Token, made.GetProperty("id").GetString()!));
            }
        });
        await Parallel.ForEachAsync(orders, all, async (paid, stop) =>
        {
            var checkout = Demand(await client.CheckoutAsync(paid.Token, paid.Order));
            Demand(await client.PayAsync(checkout.GetProperty("checkoutUrl").GetString()!));
            await UntilAsync(
                async () => (await client.OrderAsync(paid.Token, paid.Order)).Text("status") == "paid", stop);
        });
        return batch;
    }

    // Opens a batch that all have reserved. If it opened before, because the machine is slow, another one opens later.
    private static async Task<(string Batch, (string Token, string Ticket)[] Buyers)> OpenAsync(
        EngineClient client, string boss, IReadOnlyList<string> tokens, TimeSpan opensIn)
    {
        for (var number = 1; ; number++, opensIn *= 2)
        {
            var batch = $"mi2-{number}";
            await client.OpenAsync(
                boss, new BatchPlan(batch, Users * OrdersOfEach, DateTimeOffset.UtcNow + opensIn)
                {
                    PerUserLimit = OrdersOfEach,
                });
            var answers = await Task.WhenAll(tokens.Select(token => client.ReserveAsync(token, batch)));
            if (answers.Any(answer => answer.Code == "reservation-closed")) continue;
            return (batch, [.. tokens.Zip(answers, (token, answer) =>
                (token, Demand(answer).GetProperty("ticket").GetString()!))]);
        }
    }

    private static JsonElement Demand(EngineAnswer answer) =>
        answer.Succeeded ? answer.Body : throw new EngineException($"it was refused: {answer}");

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition()) await Task.Delay(LookInterval, cancellationToken); // bounded poll
    }
}

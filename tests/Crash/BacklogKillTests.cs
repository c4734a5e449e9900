using System.Text.Json.Nodes;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Crash;

/// <summary>Places that go from one batch to the next, with a real process and a real SIGKILL in between.</summary>
public sealed class BacklogKillTests(ITestOutputHelper output)
{
    private const int Waiters = 150, BacklogUnits = 5, Stock = 20;
    private const string Second = "mi2-2";
    private const int LongestLifeMilliseconds = 900;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3), LookInterval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Nobody_is_lost_doubled_or_overtaken_however_often_the_engine_is_killed_meanwhile()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        var seed = Chance.Seed("CRASH_SEED");
        var kills = Chance.FromEnvironment("CRASH_ROUNDS") ?? 5;
        output.WriteLine($"CRASH_SEED={seed} CRASH_ROUNDS={kills}");
        var random = new Random(seed);
        using var lives = new EngineLives();
        string first;
        await using (var engine = await lives.StartAsync(bound.Token))
        {
            using var client = EngineLives.ClientOf(engine);
            first = await EndAsync(client, bound.Token);
            // The end was answered just now: its places are not handed over, or on their way.
            await engine.KillAsync();
        }
        await using (var engine = await lives.StartAsync(bound.Token))
        {
            using var client = EngineLives.ClientOf(engine);
            await AnnounceSecondAsync(client, bound.Token);
            await engine.KillAsync();
        }
        for (var killed = 2; killed < kills; killed++)
        {
            await using var engine = await lives.StartAsync(bound.Token);
            await Task.Delay( // paced: a random moment of the carrying
                random.Next(LongestLifeMilliseconds), bound.Token);
            await engine.KillAsync();
        }
        await using var last = await lives.StartAsync(bound.Token);
        using var final = EngineLives.ClientOf(last);
        var boss = await final.DevTokenAsync("ops", "boss", "operator");
        await UntilAsync(async () =>
            Demand(await final.BacklogAsync(boss, "mi2"))["items"]![0]!["state"]!.ToString() == "carried", bound.Token);

        var sale = await AuditAsync(final, boss, Second);
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Places.Select(place => place.Origin).ShouldBe(
            Enumerable.Range(1, Waiters).Select(place => $"{first}/{place}"));
        sale.Places.Count(place => place.Stage == PlaceStage.Offered).ShouldBe(BacklogUnits);
        (await AuditAsync(final, boss, first)).Violations.Kept.ShouldBeEmpty();
    }

    // A batch that was closed while all waited, in the order of their numbers.
    private static async Task<string> EndAsync(EngineClient client, CancellationToken cancellationToken)
    {
        var boss = await client.DevTokenAsync("ops", "boss", "operator");
        var tokens = new List<string> { await client.DevTokenAsync(BatchPlan.Channel, "holds-the-unit") };
        for (var number = 0; number < Waiters; number++)
            tokens.Add(await client.DevTokenAsync(BatchPlan.Channel, $"waiter-{number}"));
        var batch = await OpenAsync(client, boss, tokens);
        await UntilAsync(async () => (await client.BoardAsync(batch)).Text("phase") == "on-sale", cancellationToken);
        Demand(await client.BuyWithTokenAsync(tokens[0], batch));
        foreach (var waiter in tokens.Skip(1)) Demand(await client.StandByAsync(waiter, batch, 1));
        Demand(await client.OperateAsync(boss, batch, "close"));
        return batch;
    }

    // Opens a batch that all have reserved. If it opened before, because the machine is slow, another one opens later.
    private static async Task<string> OpenAsync(EngineClient client, string boss, IReadOnlyList<string> tokens)
    {
        for (var (number, opensIn) = (1, TimeSpan.FromSeconds(3)); ; number++, opensIn *= 2)
        {
            var batch = $"mi2-1-{number}";
            await client.OpenAsync(
                boss, new BatchPlan(batch, 1, DateTimeOffset.UtcNow + opensIn) { StandbyLimit = Waiters });
            var answers = await Task.WhenAll(tokens.Select(token => client.ReserveAsync(token, batch)));
            if (answers.Any(answer => answer.Code == "reservation-closed")) continue;
            foreach (var answer in answers) Demand(answer);
            return batch;
        }
    }

    // The batch that the places are carried to opens soon.
    private static async Task AnnounceSecondAsync(EngineClient client, CancellationToken cancellationToken)
    {
        var boss = await client.DevTokenAsync("ops", "boss", "operator");
        await UntilAsync(
            async () => Demand(await client.BacklogAsync(boss, "mi2"))["items"]!.AsArray().Count == 1,
            cancellationToken);
        await client.OpenAsync(boss, new BatchPlan(Second, Stock, DateTimeOffset.UtcNow.AddSeconds(2))
        {
            StandbyLimit = 2 * Waiters,
            BacklogUnits = BacklogUnits,
        });
        await UntilAsync(
            async () => (await client.BoardAsync(Second)).Text("phase") is "on-sale" or "sold-out", cancellationToken);
    }

    private static async Task<AuditedSale> AuditAsync(EngineClient client, string boss, string batch)
    {
        await using var ledger = await client.LedgerAsync(boss, batch);
        return await LedgerAudit.ReadAsync(ledger);
    }

    private static JsonNode Demand(EngineAnswer answer) => answer.Succeeded
        ? JsonNode.Parse(answer.Body.GetRawText())! : throw new EngineException($"it was refused: {answer}");

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition()) await Task.Delay(LookInterval, cancellationToken); // bounded poll
    }
}

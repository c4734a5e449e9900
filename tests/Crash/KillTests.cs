using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Crash;

/// <summary>I4 and I6 with a real process and a real SIGKILL.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Units = 3_000;
    private const int Shoppers = 300;
    private const int UnitsRestocked = 20;
    private const int Askers = 24;
    private const int ShortestLifeMilliseconds = 300;
    private const int LongestLifeMilliseconds = 2_000;
    private const int ActiveOfAShare = 4;
    private const int PaymentWindowSeconds = 15;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_clients_were_told_survives_every_kill_and_the_sale_goes_on()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        var seed = Chance.Seed("CRASH_SEED");
        var rounds = Chance.FromEnvironment("CRASH_ROUNDS") ?? 10;
        output.WriteLine($"CRASH_SEED={seed} CRASH_ROUNDS={rounds}");

        using var lives = new EngineLives();
        var campaign = new Campaign("mi2", seed, lives.Secrets);
        var shoppers = Enumerable.Range(0, Shoppers)
            .Select(index => new Shopper(campaign, index, $"shopper-{index}", new Random(campaign.Random.Next())))
                .ToList();
        // One buyer for each life, who has bought nothing before and so cannot have reached a limit.
        var witnesses = Enumerable.Range(0, rounds + 1)
            .Select(index => new Shopper(campaign, index, $"witness-{index}", new Random(index))).ToList();
        var crowd = new Crowd(campaign.Random, shoppers, Askers, ActiveOfAShare);
        var shape = new SaleShape(Units, PerUserLimit: 4, PaymentWindowSeconds);
        var verification = new Verification(campaign, [.. shoppers, .. witnesses]);
        for (var round = 0; round <= rounds; round++)
        {
            await using var engine = await lives.StartAsync(bound.Token);
            using var client = EngineLives.ClientOf(engine);
            var life = new Life([client], campaign.Findings);
            if (round == 0) await campaign.OpenAsync(client, shape, [.. shoppers, .. witnesses], bound.Token);
            else await verification.AfterRestartAsync(life, $"restart {round}");
            await RestockAsync(campaign, life, round);
            var goesOn = await witnesses[round].BuyAndPayAsync(life, thenCancel: round % 2 == 1);
            campaign.Findings.Expect(goesOn, $"the witness could not buy, pay and cancel in life {round}");
            campaign.Findings.Total.ShouldBe(0, $"seed {seed}, {campaign.Findings}\n{engine.Output}");
            if (round < rounds) await LoadAndKillAsync(campaign, engine, life, crowd);
            else await verification.MoneyAsync(client, bound.Token);
            output.WriteLine(
                $"life {round}: ready after {engine.ToReady.TotalSeconds:0.00} s, " +
                $"{campaign.SaleRecord.Facts + campaign.NextRecord.Facts} facts, " +
                $"{campaign.SaleRecord.Orders} orders, " +
                $"{campaign.Captured.Count} payments, {campaign.Refunds} refunds\n" +
                $"  {life.Outcomes}");
            campaign.Findings.Total.ShouldBe(0, $"seed {seed}, {campaign.Findings}\n{engine.Output}");
            if (round == rounds) (await engine.StopAsync(StopWithin)).ShouldBeTrue("SIGTERM ends the engine");
        }

        campaign.SaleRecord.Orders.ShouldBeGreaterThan(0);
        campaign.Captured.ShouldNotBeEmpty();
        campaign.Refunds.ShouldBeGreaterThan(0);
    }

    /// <summary>
    /// The operator's last command before the kill, sent again after it, takes effect once: the audit sees to that.
    /// </summary>
    private static async Task RestockAsync(Campaign campaign, Life life, int round)
    {
        foreach (var sent in Enumerable.Range(Math.Max(0, round - 1), round == 0 ? 1 : 2))
        {
            life.Judge(
                "the operator",
                "restocks",
                $"restock-{sent}",
                await life.Client.RestockAsync(campaign.Chef, campaign.Sale, UnitsRestocked, $"restock-{sent}"));
        }
    }

    private static async Task LoadAndKillAsync(Campaign campaign, EngineProcess engine, Life life, Crowd crowd)
    {
        var shopping = crowd.ShopAsync(life, Habits.Varied);
        var milliseconds = campaign.Random.Next(ShortestLifeMilliseconds, LongestLifeMilliseconds);
        await Task.Delay(milliseconds); // paced: a random moment
        life.End();
        await engine.KillAsync();
        await shopping;
    }
}

using System.Globalization;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;

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
    private static readonly int[] ReservationWindowsSeconds = [3, 6, 12, 24, 48];

    [Fact]
    public async Task What_clients_were_told_survives_every_kill_and_the_sale_goes_on()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        var seed = FromEnvironment("CRASH_SEED") ?? Random.Shared.Next(1, 1_000_000);
        var rounds = FromEnvironment("CRASH_ROUNDS") ?? 10;
        output.WriteLine($"CRASH_SEED={seed} CRASH_ROUNDS={rounds}");

        using var campaign = new Campaign(seed);
        var shoppers = Enumerable.Range(0, Shoppers)
            .Select(index => new Shopper(campaign, $"shopper-{index}", new Random(campaign.Random.Next()))).ToList();
        // One for each life, who has bought nothing before: they can't have reached a limit.
        var witnesses = Enumerable.Range(0, rounds + 1)
            .Select(index => new Shopper(campaign, $"witness-{index}", new Random(index))).ToList();
        var verification = new Verification(campaign, [.. shoppers, .. witnesses]);
        for (var round = 0; round <= rounds; round++)
        {
            await using var engine = await campaign.StartAsync(bound.Token);
            using var client = Campaign.ClientOf(engine);
            var life = new Life(engine, client, campaign.Findings);
            if (round == 0) await OpenAsync(campaign, client, [.. shoppers, .. witnesses], bound.Token);
            else await verification.AfterRestartAsync(life, round);
            await RestockAsync(campaign, life, round);
            var goesOn = await witnesses[round].BuyAndPayAsync(life, thenCancel: round % 2 == 1);
            campaign.Findings.Expect(goesOn, $"the witness could not buy, pay and cancel in life {round}");
            campaign.Findings.Total.ShouldBe(0, $"seed {seed}, {campaign.Findings}\n{engine.Output}");
            if (round < rounds) await LoadAndKillAsync(campaign, life, shoppers);
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

    /// <summary>Opens a sale for which all shoppers have reserved. A slow machine gets longer windows.</summary>
    private static async Task OpenAsync(
        Campaign campaign, EngineClient client, List<Shopper> shoppers, CancellationToken cancellationToken)
    {
        var next = await client.CreateAsync(
            campaign.Chef, new BatchPlan(Campaign.Next, Units, DateTimeOffset.UtcNow.AddHours(1)));
        next.Status.ShouldBe(201, next.ToString());
        foreach (var seconds in ReservationWindowsSeconds)
        {
            (campaign.Sale, campaign.SaleRecord) = ($"mi2-now-{seconds}", new ClientRecord());
            var opens = DateTimeOffset.UtcNow.AddSeconds(seconds);
            var now = await client.CreateAsync(campaign.Chef, new BatchPlan(campaign.Sale, Units, opens)
            {
                PerUserLimit = 4,
                PaymentWindowSeconds = PaymentWindowSeconds,
            });
            now.Status.ShouldBe(201, now.ToString());
            var reserved = await Task.WhenAll(shoppers.Select(shopper => shopper.ReserveForSaleAsync(client)));
            var wait = opens - DateTimeOffset.UtcNow;
            if (reserved.Contains(false) || wait <= TimeSpan.Zero) continue;
            await Task.Delay(wait, cancellationToken); // paced: the opening
            return;
        }

        throw new EngineException("the shoppers could not reserve in time");
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

    private static async Task LoadAndKillAsync(Campaign campaign, Life life, List<Shopper> shoppers)
    {
        var shares = shoppers.Chunk((shoppers.Count + Askers - 1) / Askers);
        var shopping = shares.Select(share =>
        {
            // A few of them at a time, so that each does many things between two kills.
            var active = campaign.Random.GetItems(share, ActiveOfAShare).Distinct().ToList();
            return Task.Run(async () =>
            {
                for (var turn = 0; life.Goes; turn++) await active[turn % active.Count].ActAsync(life);
            });
        }).ToList();
        await Task.Delay(campaign.Random.Next(ShortestLifeMilliseconds, LongestLifeMilliseconds)); // paced: a random moment
        await life.EndAsync();
        await Task.WhenAll(shopping);
    }

    private static int? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
}

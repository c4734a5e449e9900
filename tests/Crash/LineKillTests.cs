using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Crash;

/// <summary>I4 and I5 of a line, with a real process and a real SIGKILL between releases and offers.</summary>
public sealed class LineKillTests(ITestOutputHelper output)
{
    private const int Units = 40, Shoppers = 160, Askers = 12, ActiveOfAShare = 6;
    private const int PerUserLimit = 2, PaymentWindowSeconds = 1, StandbyLimit = 100;
    private const int ShortestLifeMilliseconds = 300, LongestLifeMilliseconds = 1_500;

    // Buyers are told of so many before the first kill. On a slow machine nobody would wait yet, and nothing be tested.
    private const int FirstPlaces = 5;

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3), OffersWithin = TimeSpan.FromSeconds(30),
        LookInterval = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Nobody_loses_their_place_or_is_overtaken_however_often_the_engine_is_killed()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(Bound);
        var seed = Chance.Seed("CRASH_SEED");
        var kills = Chance.FromEnvironment("CRASH_ROUNDS") ?? 3;
        output.WriteLine($"CRASH_SEED={seed} CRASH_ROUNDS={kills}");

        using var lives = new EngineLives();
        var campaign = new Campaign("line", seed, lives.Secrets);
        var shoppers = Enumerable.Range(0, Shoppers)
            .Select(index => new Shopper(campaign, index, $"waiter-{index}", new Random(campaign.Random.Next())))
            .ToList();
        var crowd = new Crowd(campaign.Random, shoppers, Askers, ActiveOfAShare);
        var verification = new Verification(campaign, shoppers);
        var offers = 0;
        for (var killed = 0; killed <= kills; killed++)
        {
            await using var engine = await lives.StartAsync(bound.Token);
            using var client = EngineLives.ClientOf(engine);
            var life = new Life([client], campaign.Findings);
            if (killed == 0)
            {
                var shape = new SaleShape(Units, PerUserLimit, PaymentWindowSeconds, StandbyLimit);
                await campaign.OpenAsync(client, shape, shoppers, bound.Token);
            }
            else await verification.AfterRestartAsync(life, $"kill {killed}");
            if (killed < kills)
            {
                var shopping = crowd.ShopAsync(life, Habits.Waiting);
                while (campaign.SaleRecord.Places < FirstPlaces)
                    await Task.Delay(LookInterval, bound.Token); // bounded poll
                await Task.Delay( // paced: a random moment
                    campaign.Random.Next(ShortestLifeMilliseconds, LongestLifeMilliseconds), bound.Token);
                life.End();
                await engine.KillAsync();
                await shopping;
            }
            else
            {
                // The line goes first, so these units are for it.
                life.Judge(
                    "the operator", "restocks", null,
                    await client.RestockAsync(campaign.Chef, campaign.Sale, StandbyLimit, "for-the-line"));
                offers = await UntilNobodyWaitsAsync(campaign, client, bound.Token);
                await verification.MoneyAsync(client, bound.Token);
            }
            output.WriteLine(
                $"life {killed}: {campaign.SaleRecord.Places} places, {campaign.SaleRecord.Orders} orders\n" +
                $"  {life.Outcomes}");
            campaign.Findings.Total.ShouldBe(0, $"seed {seed}, {campaign.Findings}\n{engine.Output}");
        }
        campaign.SaleRecord.Places.ShouldBeGreaterThan(0);
        offers.ShouldBeGreaterThan(0);
    }

    // How many offers there were in all.
    private static async Task<int> UntilNobodyWaitsAsync(
        Campaign campaign, EngineClient client, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(OffersWithin);
        while (true)
        {
            var sale = await campaign.AuditAsync(client, campaign.Sale, "while the line is served");
            if (sale.Waiting == 0) return sale.Orders.Count(order => order.Place is not null);
            await Task.Delay(LookInterval, patience.Token); // bounded poll
        }
    }
}

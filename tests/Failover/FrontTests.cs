using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Failover.Stage;

namespace OrleansSale.Tests.Failover;

/// <summary>A front dies; its clients go to the other one with the same keys.</summary>
public sealed class FrontTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int PurchasesBefore = 200, PurchasesAfter = 300, MaxAsks = 600;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20),
        AskAgainAfter = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_checkout_can_be_paid_at_every_front_wherever_it_was_opened()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        var (signer, plan) =
            (new TokenSigner(stage.Secrets), new BatchPlan("paid-anywhere", 10, DateTimeOffset.UtcNow.AddSeconds(8)));
        using var first = new EngineClient(cluster.Fronts[0].Address, AnswerWithin);
        (await first.CreateAsync(signer.Sign("staff", "op", "operator"), plan)).Status.ShouldBe(201);
        var tickets = new Dictionary<string, string>();
        string[] buyers = ["11", "10", "01"];
        foreach (var buyer in buyers)
        {
            var reserved = await UntilAsync(() => first.ReserveAsync(signer.Sign(BatchPlan.Channel, buyer), plan.Id));
            tickets.Add(buyer, reserved.Text("ticket")!);
        }

        // Each user is named after the front where they open the checkout and the one where they pay.
        foreach (var buyer in buyers)
        {
            var (opensAt, paysAt) = (buyer[0] - '0', buyer[1] - '0');
            using var here = new EngineClient(cluster.Fronts[opensAt].Address, AnswerWithin);
            using var there = new EngineClient(cluster.Fronts[paysAt].Address, AnswerWithin);
            var token = signer.Sign(BatchPlan.Channel, buyer);
            var order = await UntilAsync(() => here.BuyAsync(plan.Id, tickets[buyer], key: null));
            var checkout = await UntilAsync(() => here.CheckoutAsync(token, order.Text("id")!));
            (await there.PayAsync(checkout.Text("checkoutUrl")!)).Succeeded.ShouldBeTrue();
            await UntilAsync(
                () => here.OrderAsync(token, order.Text("id")!), answer => answer.Text("status") == "paid");
        }
    }

    private static async Task<EngineAnswer> UntilAsync(
        Func<Task<EngineAnswer>> ask, Func<EngineAnswer, bool>? isDone = null)
    {
        for (var patience = 0; ; patience++)
        {
            var answer = await ask();
            if (answer.Succeeded && (isDone is null || isDone(answer))) return answer;
            patience.ShouldBeLessThan(MaxAsks, answer.ToString());
            await Task.Delay(AskAgainAfter, TestContext.Current.CancellationToken); // bounded poll
        }
    }

    [Fact]
    public async Task The_clients_of_a_killed_front_find_at_the_other_one_what_they_bought_and_go_on()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(
            cluster, stage.Secrets, "front", new Load { CashierMayBeAway = true }, output);
        sale.Start();
        await sale.SellsAsync(PurchasesBefore);
        var front = cluster.Fronts[sale.Campaign.Random.Next(cluster.Fronts.Count)];
        output.WriteLine($"{front.Name} is killed");
        await front.KillAsync();
        await sale.SellsAsync(PurchasesAfter);
        await front.StartAsync(TestContext.Current.CancellationToken);
        await sale.EndAsync();
    }
}

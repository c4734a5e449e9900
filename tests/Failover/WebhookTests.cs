using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Failover.Stage;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover;

/// <summary>The silo that sends to a webhook dies while events are on their way.</summary>
public sealed class WebhookTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int Kills = 2, Purchases = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50), Within = TimeSpan.FromSeconds(60),
        AnswerWithin = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Every_event_arrives_in_the_order_of_its_order_though_the_silo_that_sends_it_is_killed_again()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var cluster = await stage.ClusterAsync(cancellationToken);
        using var shop = new WebhookShop();
        var load = new Load { Units = 5_000, Habits = Habits.Varied, Pause = Pause };
        // The campaign's operator makes it before there is a batch, so nothing of the batch is before it.
        using var operators = OperatorOf(cluster);
        var webhook = await MakeAsync(operators, shop.Address, cancellationToken);
        try
        {
            await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "hook", load, output);
            sale.Start();
            for (var kill = 0; kill < Kills; kill++)
            {
                await sale.SellsAsync(Purchases);
                var held = await shop.HoldNextAsync(Within);
                // What it sent is lost with it, unless the next sender begins where this one had not finished.
                var sender = cluster.Silos.Single(silo => silo.IsAlive
                    && LoopbackConnections.IsOf(silo.Process.Id, held.Port, shop.Port));
                await sender.KillAsync();
                held.Drop();
                output.WriteLine($"{sender.Name} was killed while it sent");
                await sale.SellsAsync(Purchases);
                await sender.StartAsync(cancellationToken);
            }

            await sale.EndAsync();
            await CompareAsync(cluster, sale, shop);
        }
        finally
        {
            // The cluster is shared.
            using var removed = await operators.DeleteAsync(webhook, CancellationToken.None);
            removed.EnsureSuccessStatusCode();
        }
    }

    private HttpClient OperatorOf(ClusterProcesses cluster)
    {
        var chef = new Campaign("hook", 0, stage.Secrets).Chef;
        return new HttpClient
        {
            BaseAddress = cluster.Fronts[0].Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", chef) },
        };
    }

    private static async Task<Uri> MakeAsync(HttpClient operators, string url, CancellationToken cancellationToken)
    {
        using var made = await operators.PostAsJsonAsync("/api/operator/webhooks", new { url }, cancellationToken);
        made.EnsureSuccessStatusCode();
        return made.Headers.Location!;
    }

    // Every entry of the ledger has come, and those of one order in the ledger's order.
    private static async Task CompareAsync(ClusterProcesses cluster, SaleUnderLoad sale, WebhookShop shop)
    {
        using var client = cluster.Client(0, AnswerWithin, Within);
        await using var export = await client.LedgerAsync(sale.Campaign.Chef, sale.Batch);
        using var lines = new StreamReader(export);
        var entries = new List<(long Seq, string? Order)>();
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
        {
            var entry = JsonElement.Parse(line);
            entries.Add((
                entry.GetProperty("seq").GetInt64(),
                entry.GetProperty("data").TryGetProperty("order", out var order) ? order.GetString() : null));
        }

        await sale.HoldsAsync(
            () => entries.Select(entry => entry.Seq).ToHashSet().IsSubsetOf(shop.EntriesOf(sale.Batch)),
            "every entry has come");
        var came = shop.EntriesOf(sale.Batch).Index().ToDictionary(one => one.Item, one => one.Index);
        var orders = entries.Where(entry => entry.Order is not null).GroupBy(entry => entry.Order)
            .Where(order => order.Count() > 1).ToList();
        orders.Count.ShouldBeGreaterThan(Purchases, "most of what is tested is the order within orders");
        foreach (var order in orders) order.Select(entry => came[entry.Seq]).ShouldBeInOrder();
    }
}

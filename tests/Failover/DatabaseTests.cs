using System.Diagnostics;
using OrleansSale.Tests.Failover.Stage;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover;

/// <summary>The database, or what leads to it, fails under a cluster that sells.</summary>
public sealed class DatabaseTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int Purchases = 200;
    private const int AnswersLost = 5;
    private const int CutsThroughProxy = 20;

    private const string Connections =
        "SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_activity " +
        "WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

    // Checkouts store documents in the database too.
    private static readonly Load Load = new() { Habits = Habits.Eager with { Buy = 48, Pay = 15 } };

    private static readonly TimeSpan DownFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromMilliseconds(40);

    [Fact]
    public async Task A_database_that_is_stopped_and_started_costs_time_and_nothing_else()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "stop", Load, output);
        sale.Start();
        await sale.SellsAsync(Purchases);
        var bystander = await Bystander.OrderAsync(sale);
        await stage.Postgres.StopAsync();
        var meanwhile = bystander.AskEverythingAsync();
        await Task.Delay(DownFor, TestContext.Current.CancellationToken); // paced: the outage
        await stage.Postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        var next = await sale.NextPurchaseAfterAsync(Stopwatch.GetTimestamp());
        output.WriteLine($"next acknowledged purchase after the database was there again: {next.TotalSeconds:0.00} s");
        await meanwhile;
        await sale.SellsAsync(Purchases);
        await sale.EndAsync();
        cluster.Silos.ShouldAllBe(silo => silo.IsAlive);
        cluster.Fronts.ShouldAllBe(front => front.IsAlive);
    }

    [Fact]
    public async Task Connections_to_the_database_that_are_ended_one_by_one_in_any_order_cost_nothing_but_time()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "cut", Load, output);
        sale.Start();
        await sale.SellsAsync(Purchases);
        var ended = await EndConnectionsAsync(sale.Campaign.Random);
        await sale.SellsAsync(Purchases);
        for (var cut = 0; cut < CutsThroughProxy; cut++)
        {
            await sale.HoldsAsync(() => stage.Proxy.CutOne(sale.Campaign.Random), "a connection that can be cut");
            await Task.Delay(BetweenCuts, TestContext.Current.CancellationToken); // paced: one by one
        }

        output.WriteLine($"{ended} connections ended by the server, {CutsThroughProxy} cut on the way");
        await sale.SellsAsync(Purchases);
        var bystander = await Bystander.OrderAsync(sale);
        stage.Proxy.CutAll();
        await bystander.AskEverythingAsync();
        bystander.Refused.ShouldBeEmpty("the database is there: asking again finds it");
        await sale.EndAsync();
        cluster.Silos.ShouldAllBe(silo => silo.IsAlive);
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_found_to_be_there_and_made_once()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "lost", Load, output);
        sale.Start();
        await sale.SellsAsync(Purchases);
        for (var lost = 0; lost < AnswersLost; lost++)
        {
            var answer = stage.Proxy.LoseAnswerAsync(IsAppend);
            await sale.HoldsAsync(() => answer.IsCompleted, "the answer to a commit is lost");
            await sale.SellsAsync(Purchases / AnswersLost);
        }

        await sale.EndAsync();
        cluster.Silos.ShouldAllBe(silo => silo.IsAlive);
    }

    private static bool IsAppend(string sql) =>
        sql.Contains("INSERT INTO", StringComparison.OrdinalIgnoreCase)
            && sql.Contains("ledger", StringComparison.OrdinalIgnoreCase);

    private async Task<int> EndConnectionsAsync(Random random)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var connections = ((string)(await stage.AskAsync(Connections, cancellation))!).Split(',');
        random.Shuffle(connections);
        foreach (var connection in connections)
        {
            await stage.AskAsync($"SELECT pg_terminate_backend({connection})", cancellation);
            await Task.Delay(BetweenCuts, cancellation); // paced: one by one
        }

        return connections.Length;
    }
}

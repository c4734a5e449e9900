using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Failover.Stage;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover;

/// <summary>
/// Silos that can't reach each other take each other for dead, and each of them goes on while it may.
/// </summary>
public sealed class PartitionTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int Silos = 3;
    private const int Purchases = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PartedFor = TimeSpan.FromSeconds(8), EndsWithin = TimeSpan.FromSeconds(30);
    private static readonly (int One, int Other)[] Pairs = [(0, 1), (0, 2), (1, 2)];

    [Fact]
    public async Task Three_silos_that_were_parted_from_each_other_have_sold_nothing_twice_and_sell_on_when_healed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var islands = await MakeIslandsAsync();
        await using var proxy = PostgresProxy.Start(stage.Postgres, islands.Outside);
        var connection = await stage.Postgres.CreateDatabaseAsync("parted", cancellation);
        var places = Enumerable.Range(0, Silos).Select(island =>
            new SiloPlace(islands.AddressOf(island), islands.Launcher(island), proxy.Through(connection)));
        await using var cluster = await ClusterProcesses.StartAsync(
            stage.Plan(new(connection, ClusterId: "parted")) with { Silos = Silos, Fronts = 1, Places = [.. places] },
            cancellation);

        // Nobody pays, because the silos cannot reach the sandbox.
        await using var sale = await SaleUnderLoad.OpenAsync(
            cluster, stage.Secrets, "parted", new Load { Habits = Habits.Eager with { Pay = 0 }, Pause = Pause },
            output);
        sale.Start();
        await sale.SellsAsync(Purchases);
        foreach (var (one, other) in Pairs) await islands.PartAsync(one, other);
        await Task.Delay(PartedFor, cancellation); // paced: nobody reaches anybody
        output.WriteLine($"all parted: {Describe(cluster)}, {sale.Life.Purchases} purchases");
        foreach (var (one, other) in Pairs) await islands.HealAsync(one, other);
        await HealAsync(cluster, sale);

        // Only the owner is cut off from the other silos, and they outvote it. It still reaches the front and the
        // database.
        var owner = await cluster.OwnerAsync(sale.Batch);
        var others = Pairs.Where(pair => cluster.Silos[pair.One] == owner || cluster.Silos[pair.Other] == owner)
            .ToList();
        foreach (var (one, other) in others) await islands.PartAsync(one, other);
        var next = await cluster.OwnerAsync(sale.Batch, other: owner);
        output.WriteLine(
            $"{owner.Name} parted, {next.Name} owns the batch: {Describe(cluster)}, {sale.Life.Purchases} purchases");
        await sale.SellsAsync(Purchases);
        (await owner.Process.EndsAsync(EndsWithin))
            .ShouldBeTrue($"{owner.Name} was taken for dead and ends itself:\n{owner.Output}");
        foreach (var (one, other) in others) await islands.HealAsync(one, other);
        await HealAsync(cluster, sale);
        await sale.EndAsync();
    }

    private async Task HealAsync(ClusterProcesses cluster, SaleUnderLoad sale)
    {
        var healed = Stopwatch.GetTimestamp();
        await cluster.HealAsync(TestContext.Current.CancellationToken);
        var next = await sale.NextPurchaseAfterAsync(healed);
        await sale.SellsAsync(Purchases);
        output.WriteLine($"healed: {Describe(cluster)}; next acknowledged purchase after {next.TotalSeconds:0.00} s");
    }

    private static async Task<Islands> MakeIslandsAsync()
    {
        try
        {
            return await Islands.MakeAsync(Silos);
        }
        catch (EngineException exception)
        {
            Assert.Skip($"no network namespaces here: {exception.Message}");
            throw;
        }
    }

    private static string Describe(ClusterProcesses cluster) =>
        string.Join(", ", cluster.Silos.Select(silo => $"{silo.Name} {(silo.IsAlive ? "alive" : "has ended itself")}"));
}

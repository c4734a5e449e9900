using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>
/// A sale at a cluster, with shoppers who never stop asking. It ends in the audit of the ledger against all they were
/// told, and of what they went through.
/// </summary>
internal sealed class SaleUnderLoad : IAsyncDisposable
{
    private const int PaymentWindowSeconds = 900;
    private const int UnitsRestocked = 100;

    /// <summary>Purchases that the machine makes at least while all is well, each second.</summary>
    private const int SlowestPerSecond = 200;

    /// <summary>A purchase is bound to 10 s by the engine, as is everything else it does for a client.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(12);

    /// <summary>How long the scenario waits for what must come to pass.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly ClusterProcesses _cluster;
    private readonly ITestOutputHelper _output;
    private readonly Load _load;
    private readonly List<EngineClient> _clients = [];
    private readonly List<Shopper> _shoppers;
    private readonly Shopper _witness;
    private readonly List<ClusterMember> _fronts = [];
    private readonly List<BoardWatch> _boards = [];
    private readonly CancellationTokenSource _ends = new();
    private readonly int _seed;
    private Task _watching = Task.CompletedTask, _shopping = Task.CompletedTask;

    private SaleUnderLoad(
        ClusterProcesses cluster, EngineSecrets secrets, string name, Load load, ITestOutputHelper output)
    {
        (_cluster, _output, _load, _seed) = (cluster, output, load, Chance.Seed("FAILOVER_SEED"));
        output.WriteLine($"FAILOVER_SEED={_seed}");
        Campaign = new Campaign(name, _seed, secrets);
        _shoppers = [.. Enumerable.Range(0, load.Shoppers).Select(number =>
            new Shopper(Campaign, number, $"{name}-{number}", new Random(Campaign.Random.Next())))];
        _witness = new Shopper(Campaign, load.Shoppers, Witness, new Random(Campaign.Random.Next()));
        Life = new Life(_clients, Campaign.Findings) { CashierMayBeAway = load.CashierMayBeAway };
        Join(cluster);
    }

    /// <summary>A user who has reserved too, and does not shop.</summary>
    public string Witness => "witness";

    /// <summary>The sale, and what clients were told.</summary>
    public Campaign Campaign { get; }

    /// <summary>What clients go through.</summary>
    public Life Life { get; }

    /// <summary>The batch.</summary>
    public string Batch => Campaign.Sale;

    /// <summary>How many fronts shoppers go to.</summary>
    public int Fronts => _clients.Count;

    /// <summary>Opens a sale; nobody shops yet.</summary>
    public static async Task<SaleUnderLoad> OpenAsync(
        ClusterProcesses cluster, EngineSecrets secrets, string name, Load load, ITestOutputHelper output)
    {
        var sale = new SaleUnderLoad(cluster, secrets, name, load, output);
        try
        {
            using var client = cluster.Client(0, AnswerWithin, Patience);
            await sale.Campaign.OpenAsync(
                client,
                new SaleShape(load.Units, load.PerUserLimit, PaymentWindowSeconds, load.StandbyLimit),
                [.. sale._shoppers, sale._witness],
                TestContext.Current.CancellationToken);
            return sale;
        }
        catch (EngineException exception)
        {
            await sale.DisposeAsync();
            throw new EngineException($"{exception.Message}\n{cluster.Output}");
        }
    }

    /// <summary>
    /// Before the start: some of the shoppers go to the fronts of this cluster. Each goes to a front and from there, if
    /// it is gone, to another one of the same cluster.
    /// </summary>
    public void Join(ClusterProcesses cluster)
    {
        for (var first = 0; first < cluster.Fronts.Count; first++)
            _clients.Add(cluster.Client(first, AnswerWithin, _load.AsksAgainFor));
        _fronts.AddRange(cluster.Fronts);
    }

    /// <summary>Shoppers shop from now on, and the boards are watched.</summary>
    public void Start()
    {
        _boards.AddRange(_fronts.Select(front => new BoardWatch(front, Batch, Campaign.Findings)));
        _watching = Task.WhenAll(_boards.Select(board => board.WatchAsync(_ends.Token)));
        _shopping = new Crowd(Campaign.Random, _shoppers, _load.Askers)
            .ShopAsync(Life, _load.Habits, _load.Pause);
    }

    /// <summary>Waits until so many more purchases are answered with a new order.</summary>
    public Task SellsAsync(int more)
    {
        var until = Life.Purchases + more;
        return HoldsAsync(
            () => Life.Purchases >= until, $"{more} more purchases", TimeSpan.FromSeconds(more / SlowestPerSecond));
    }

    /// <summary>From that moment to the first new order that was asked for after it.</summary>
    /// <param name="moment">A Stopwatch timestamp.</param>
    public async Task<TimeSpan> NextPurchaseAfterAsync(long moment)
    {
        await HoldsAsync(() => Life.NextPurchaseAfter(moment) is not null, "the next purchase");
        return Life.NextPurchaseAfter(moment)!.Value;
    }

    /// <summary>An operator restocks.</summary>
    public async Task RestockAsync()
    {
        using var client = _cluster.Client(0, AnswerWithin, Patience);
        Life.Judge(
            "the operator", "restocks", null, await client.RestockAsync(Campaign.Chef, Batch, UnitsRestocked, "more"));
    }

    /// <summary>Waits until that holds; bounded.</summary>
    /// <param name="condition">What.</param>
    /// <param name="what">Its name.</param>
    /// <param name="besides">What it may take beyond what everything may.</param>
    public async Task HoldsAsync(Func<bool> condition, string what, TimeSpan besides = default)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience + besides)
                throw new EngineException(
                    $"seed {_seed}: not in time: {what}\n{Life.Outcomes}\n{Campaign.Findings}\n{_cluster.Output}");
            await Task.Delay(PollInterval); // bounded poll
        }
    }

    /// <summary>
    /// Ends the load. Everything told must be in the ledger, everything asked again must be answered the same, and
    /// nobody may have seen anything but a success, a refusal or overloaded. The cluster must be whole.
    /// </summary>
    public async Task EndAsync()
    {
        Life.Close();
        await _shopping;
        await _ends.CancelAsync();
        await _watching;
        using var client = _cluster.Client(1, AnswerWithin, Patience);
        var after = new Life([client], Campaign.Findings);
        await new Verification(Campaign, _shoppers).AfterRestartAsync(after, "the sale");
        _output.WriteLine(
            $"{Life.Purchases} purchases, {Campaign.SaleRecord.Facts} facts told, longest answer " +
            $"{Life.LongestAnswer.TotalSeconds:0.00} s, boards served " +
            $"{string.Join(" + ", _boards.Select(board => board.Served))}\n" +
            $"  {Life.Outcomes}");
        Campaign.Findings.Total.ShouldBe(0, $"seed {_seed}, {Campaign.Findings}\n{_cluster.Output}");
        Campaign.SaleRecord.Orders.ShouldBeGreaterThan(0);
        _boards.ShouldAllBe(board => board.Served > 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Life.End();
        await _ends.CancelAsync();
        await Task.WhenAll(_shopping, _watching);
        foreach (var client in _clients) client.Dispose();
        _ends.Dispose();
    }
}

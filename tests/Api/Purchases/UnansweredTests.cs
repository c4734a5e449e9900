using System.Collections;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Purchases;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using FaultyLedger = OrleansSale.Tests.Harness.FaultyLedger;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>
/// I7: storage hangs, and every request still gets an answer. A front of its own, with bounds to match.
/// </summary>
public sealed class UnansweredTests : IAsyncLifetime
{
    private const int Capacity = 5;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    // The time that a loaded machine may add. The tests check that there is an answer, not how fast the machine is.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(8);

    private FaultyLedger _ledger = null!;
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Settings = new() { ["Sale:AnswerWithinSeconds"] = "1", ["Sale:LaneCapacity"] = $"{Capacity}" },
        Services = services =>
        {
            var real = services.Single(service => service.ServiceType == typeof(ILedger));
            services.Replace(ServiceDescriptor.Singleton<ILedger>(
                provider => _ledger = new FaultyLedger((ILedger)real.ImplementationFactory!(provider))));
        },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Purchases_that_storage_does_not_take_are_answered_overloaded_and_then_made_once()
    {
        var batch = await _sale.CreateAsync(stock: 100);
        var users = Enumerable.Range(0, Capacity).Select(_ => _sale.NewUser()).ToArray();
        using (var gate = _ledger.HoldAppends($"batch/{batch}"))
        {
            var sent = Stopwatch.StartNew();
            var waiting = users.Select(user => _sale.BuyAsync(batch, user, "k")).ToArray();
            var lane = await LaneOfAsync(batch);
            await Eventually.HoldsAsync(
                () => users.All(user => lane.IsWaiting(_sale.AliasOf(batch, user))), "five purchases wait");

            var sixth = await _sale.BuyAsync(batch, _sale.NewUser(), "k");
            sixth.IsRefusal(503, "overloaded");
            waiting.ShouldAllBe(purchase => !purchase.IsCompleted, "the sixth was told at once, not after the bound");

            foreach (var answer in await Task.WhenAll(waiting)) answer.IsRefusal(503, "overloaded");
            sent.Elapsed.ShouldBeInRange(Bound - TimeSpan.FromMilliseconds(50), Bound + Slack);
        }

        foreach (var user in users)
        {
            Answer? made = null;
            await Eventually.HoldsAsync(async () =>
                (made = await _sale.BuyAsync(batch, user, "k")).Status is 200 or 201, "asking again is answered");
            (await _sale.BuyAsync(batch, user, "k")).Is(200)["id"].ShouldBe(made!["id"]);
        }

        var ledger = await _sale.AuditAsync(batch);
        ledger.Orders.Select(order => order.Alias).Order(StringComparer.Ordinal)
            .ShouldBe(users.Select(user => _sale.Sign.AliasOf(user, batch))
                .Order(StringComparer.Ordinal), "each has one order, and the sixth has none");
    }

    [Fact]
    public async Task Requests_that_storage_leaves_unanswered_are_overloaded_and_none_logs_an_error()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        using var gate = _ledger.HoldAppends();
        var answers =
            await Task.WhenAll(Enumerable.Range(0, Capacity).Select(_ => _sale.ReserveAsync(batch, _sale.NewUser())));
        foreach (var answer in answers) answer.IsRefusal(503, "overloaded");
        _sale.Front.Log.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lane_keeps_no_more_purchases_than_its_capacity_however_long_storage_hangs()
    {
        var batch = await _sale.CreateAsync(stock: 100);
        var lane = await LaneOfAsync(batch);
        using var gate = _ledger.HoldAppends($"batch/{batch}");
        for (var round = 0; round < 4; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 2 * Capacity)
                .Select(_ => _sale.BuyAsync(batch, _sale.NewUser())));
            foreach (var answer in answers) answer.IsRefusal(503, "overloaded");
            // One group may be at the batch. No answered purchase waits behind it.
            await Eventually.HoldsAsync(() => QueuedIn(lane) <= Capacity, "what was answered has left the queue");
        }
    }

    [Fact]
    public async Task The_board_is_served_while_the_batch_does_not_answer()
    {
        var batch = await _sale.CreateAsync(stock: 100);
        (await _sale.BoardAsync(batch)).Is(200);
        using var gate = _ledger.HoldAppends($"batch/{batch}");
        var purchase = _sale.BuyAsync(batch, _sale.NewUser());
        await gate.Reached.WaitAsync(Slack, TestContext.Current.CancellationToken);

        (await purchase).IsRefusal(503, "overloaded");
        // When the batch answers, the front's copy is already too old to answer from.
        var asked = Stopwatch.StartNew();
        var board = (await _sale.BoardAsync(batch)).Is(200);
        (board.Number("held"), board.Number("free")).ShouldBe((0, 100), "only what is committed is shown");
        (await _sale.Client.GetAsync("/api/batches")).Is(200).Items.Length.ShouldBe(1);
        asked.Elapsed.ShouldBeLessThan(Bound + Slack);
    }

    [Fact]
    public async Task The_first_board_that_anybody_asks_for_is_waited_for_when_the_batch_fails_to_answer()
    {
        // Created without this front, as at another front of a cluster. So this front has never seen its board.
        var grains = _sale.Front.Services.GetRequiredService<IGrainFactory>();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_sale.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var terms = new BatchTerms("elsewhere", new Product("mi2", "Mi2", new Money(199_900, "CNY"), null),
            ["weibo"], 1, 1, 900,
            new Schedule(now.AddHours(-1), now, now, now.AddHours(1)));
        var actor = grains.GetGrain<ISaleBatchGrain>(terms.Id);
        (await actor.CreateAsync(terms)).Value.ShouldBe(Effect.Done);
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(terms.Id);

        // The activation gives up when it cannot write. From then on each call fails at once, because the next
        // activation cannot read the entries.
        _ledger.IsDown = true;
        await Should.ThrowAsync<SaleUnavailableException>(() =>
            actor.OperateAsync(new OperatorCommand(OperatorAction.Pause, 0, "x", default, default)));
        await Eventually.HoldsAsync(async () => await FailsAtOnceAsync(actor), "the batch fails to answer");

        var reads = _ledger.Reads;
        var board = _sale.BoardAsync(terms.Id);
        await Eventually.HoldsAsync(() => _ledger.Reads > reads, "it was asked, in vain");
        _ledger.IsDown = false;
        (await board).Is(200);
    }

    [Fact]
    public async Task Everything_else_that_needs_the_batch_is_answered_overloaded_within_the_bound()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving, stock: 100);
        var user = _sale.NewUser();
        (await _sale.ReserveAsync(batch, user)).Is(201);
        _sale.Clock.Advance(2 * Offer.StageLasts);
        var order = await _sale.OrderAsync(batch, user);
        using var gate = _ledger.HoldAppends($"batch/{batch}");
        var pause = _sale.OperateAsync(batch, "pause");
        await gate.Reached.WaitAsync(Slack, TestContext.Current.CancellationToken);

        var (mine, op) = (_sale.Sign.Bearer(user), _sale.Operator);
        foreach (var (method, path, by, body) in ((string, string, string, string?)[])
        [
            ("GET", $"/api/orders/{order}", mine, null),
            ("GET", $"/api/orders/{batch}.999", mine, null),
            ("DELETE", $"/api/orders/{order}", mine, null),
            ("POST", $"/api/orders/{order}/checkout", mine, null),
            ("GET", $"/api/me/orders?batch={batch}", mine, null),
            ("DELETE", $"/api/batches/{batch}/reservation", mine, null),
            ("GET", $"/api/operator/batches/{batch}/orders", op, null),
            ("POST", $"/api/operator/batches/{batch}/close", op, """{"reason":"x"}"""),
        ])
        {
            var asked = Stopwatch.StartNew();
            var answer = await _sale.Client.SendAsync(method, path, by, body);
            asked.Elapsed.ShouldBeLessThan(Bound + Slack, $"{method} {path}");
            answer.Code.ShouldBe("overloaded", $"{method} {path}: {answer}");
            answer.IsRefusal(503, "overloaded");
        }

        (await pause).IsRefusal(503, "overloaded");
        gate.Open();
        await Eventually.HoldsAsync(async () =>
            (await _sale.ReadOrderAsync(order, user))["status"] == "cancelled", "what was asked is done in the end");
    }

    [Fact]
    public async Task A_lost_answer_of_storage_costs_nobody_anything()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        _ledger.LoseAnswers(2, $"batch/{batch}");
        _ledger.FailAppends(1, $"batch/{batch}");
        Answer? made = null;
        await Eventually.HoldsAsync(async () =>
        {
            made = await _sale.BuyAsync(batch, user, "k");
            if (made.Status is 200 or 201) return true;
            made.IsRefusal(503, "overloaded"); // the machine was too busy to retry within the bound
            return false;
        }, "the purchase, or asking again with its key, is answered");
        (await _sale.AuditAsync(batch)).Order(made!["id"]!)!.Units.ShouldBe([1]);
    }

    [Fact]
    public async Task Readiness_tells_when_storage_is_gone_and_when_it_is_back()
    {
        await _sale.ReadyAsync();
        _ledger.IsDown = true;
        (await _sale.Client.GetAsync("/health/live")).Is(200);
        await Eventually.HoldsAsync(
            async () => (await _sale.Client.GetAsync("/health/ready")).Status == 503, "not ready");
        (await _sale.Client.GetAsync("/health/ready")).Header("Retry-After").ShouldNotBeNull();
        _ledger.IsDown = false;
        await Eventually.HoldsAsync(
            async () => (await _sale.Client.GetAsync("/health/ready")).Status == 200, "ready again");
    }

    // Nothing outside the lane shows what its queue keeps.
    private static int QueuedIn(PurchaseLane lane) => ((ICollection)typeof(PurchaseLane)
        .GetField("_queue", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(lane)!).Count;

    private static async Task<bool> FailsAtOnceAsync(ISaleBatchGrain batch)
    {
        var asked = Stopwatch.StartNew();
        try
        {
            await batch.GetCancelledVersionAsync(default);
            return false;
        }
        catch (SaleUnavailableException)
        {
            return asked.Elapsed < Bound / 2;
        }
    }

    private async Task<PurchaseLane> LaneOfAsync(string batch)
    {
        var feed = await _sale.Front.Services.GetRequiredService<CatalogueCopy>().FindAsync(batch);
        return _sale.Front.Services.GetRequiredService<PurchaseLanes>().Of(feed.ShouldNotBeNull());
    }
}

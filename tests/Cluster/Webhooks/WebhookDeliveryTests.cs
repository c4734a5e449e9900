using System.Collections.Concurrent;
using System.Text.Json;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Webhooks;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Webhooks;

/// <summary>
/// Deliveries of webhooks in a cluster, with faults and crashes: at least once, in order, and bounded.
/// </summary>
public sealed class WebhookDeliveryTests : IAsyncLifetime
{
    private const string Address = "https://shop.example/hook", Dead = "https://dead.example/hook";

    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private readonly SaleHarness _sale = new(new SaleHarnessOptions { Follows = true });

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_crash_between_a_delivery_and_its_note_repeats_it_under_its_id_and_in_order()
    {
        await MakeAsync("wh", Address);
        var (batch, _) = await SellAsync(buyers: 3);
        await UntilHasAsync(Address, batch, "held");
        // What arrives from now on is not noted: the silo dies first.
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<WebhookResult>();
        _sale.Webhooks.Answer = _ =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        await batch.OperateAsync(OperatorAction.Pause);
        await _sale.UntilAsync(() => Task.FromResult(arrived.Task.IsCompleted), "a request arrives");
        var lost = _sale.Webhooks.All[^1];
        _sale.Webhooks.Answer = _ => Task.FromResult(WebhookResult.Arrived);
        await _sale.KillSiloAsync();
        await _sale.UntilAsync(
            () => Task.FromResult(_sale.Webhooks.All.Count(post => post.MessageId == lost.MessageId) == 2),
            "it is repeated under its id");
        _sale.Webhooks.All.Where(post => post.MessageId == lost.MessageId).Select(post => post.Body.Length).Distinct()
            .Count().ShouldBe(1);
        await UntilAllAsync("wh", Address, _sale.Batch(batch.Id));
    }

    [Fact]
    public async Task Whatever_write_fails_every_event_arrives_and_those_of_an_order_in_order()
    {
        await MakeAsync("wh", Address);
        var writes = 0;
        _sale.Documents.OnChange = (change, isStored) =>
        {
            // Every fifth change is refused or loses its answer.
            if (change == "write webhook" && Interlocked.Increment(ref writes) % 5 == 0)
                throw new IOException($"a test failed it ({isStored})");
        };
        var (batch, orders) = await SellAsync(buyers: 5);
        foreach (var (buyer, order) in orders)
        {
            await buyer.PayAsync(order);
            await batch.OperateAsync(OperatorAction.Pause);
            await batch.OperateAsync(OperatorAction.Resume);
            await UntilAllAsync("wh", Address, batch, timesMore: 2);
        }
        writes.ShouldBeGreaterThan(10);
        _sale.Documents.OnChange = null;
    }

    [Fact]
    public async Task While_one_endpoint_hangs_the_other_one_gets_everything_and_purchases_go_on()
    {
        await MakeAsync("dead", Dead);
        await MakeAsync("wh", Address);
        var never = new TaskCompletionSource<WebhookResult>();
        var underWay = new ConcurrentDictionary<string, int>();
        _sale.Webhooks.Answer = post =>
        {
            if (post.Address.Host != "dead.example") return Task.FromResult(WebhookResult.Arrived);
            underWay.AddOrUpdate(post.Address.Host, 1, (_, count) => count + 1);
            return never.Task;
        };
        var (batch, _) = await SellAsync(buyers: 40);
        for (var i = 0; i < 20; i++)
        {
            await batch.OperateAsync(i % 2 == 0 ? OperatorAction.Pause : OperatorAction.Resume);
            await _sale.UntilAsync(async () => await HasAllAsync(Address, batch), "the healthy one has it");
        }
        underWay["dead.example"].ShouldBeLessThanOrEqualTo(WebhookRules.MaxUnderWay);
        var view = (await ActorOf("dead").GetAsync()).Value!;
        view.Waiting.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_failing_endpoint_is_tried_again_later_and_then_gets_everything_in_order()
    {
        await MakeAsync("wh", Address);
        var tries = 0;
        _sale.Webhooks.Answer = _ => Task.FromResult(Interlocked.Increment(ref tries) <= 6
            ? new WebhookResult(new WebhookError(WebhookErrorCode.Answered, 500)) : WebhookResult.Arrived);
        var (batch, orders) = await SellAsync(buyers: 2);
        foreach (var (buyer, order) in orders) await buyer.PayAsync(order);
        await UntilAllAsync("wh", Address, batch, timesMore: 10);
        tries.ShouldBeGreaterThan(6);
        var view = (await ActorOf("wh").GetAsync()).Value!;
        (view.State, view.FailingSince, view.Dead).ShouldBe((WebhookState.Enabled, null, 0));
        (await ActorOf("wh").ListFaultsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_endpoint_gets_what_is_entered_from_then_on_and_a_replay_sends_the_rest()
    {
        var (batch, _) = await SellAsync(buyers: 2);
        await _sale.UntilAsync(
            async () => (await _sale.Index.ReadMarkAsync(batch.Id, Stop)).Seq == 4, "it is followed");
        await MakeAsync("wh", Address);
        await batch.OperateAsync(OperatorAction.Pause);
        await UntilHasAsync(Address, batch, "paused");
        SeqsAt(Address, batch).ShouldBe([5]);
        (await ActorOf("wh").ReplayAsync(batch.Id, 2, 3, "key")).Value.ShouldNotBeNull();
        await _sale.UntilAsync(() => Task.FromResult(SeqsAt(Address, batch).Count == 3), "the replay arrived");
        SeqsAt(Address, batch).ShouldBe([5, 2, 3]);
        (await ActorOf("wh").GetAsync()).Value!.Replays.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_whose_data_were_removed_is_not_named_any_more()
    {
        await MakeAsync("wh", Address);
        _sale.Webhooks.Answer = _ =>
            Task.FromResult(new WebhookResult(new WebhookError(WebhookErrorCode.Answered, 500)));
        var (batch, orders) = await SellAsync(buyers: 1);
        await UntilHasAsync(Address, batch, "held");
        FakeWebhooks.EventsOf(_sale.Webhooks.All[^1]).ShouldContain(one => HasUser(one));
        await orders[0].Buyer.CancelAsync(orders[0].Order);
        (await orders[0].Buyer.Reservation.EraseAsync()).Refused.ShouldBeNull();
        _sale.Webhooks.Answer = _ => Task.FromResult(WebhookResult.Arrived);
        var before = _sale.Webhooks.All.Count;
        await UntilAllAsync("wh", Address, batch, timesMore: 20);
        _sale.Webhooks.All.Skip(before).SelectMany(FakeWebhooks.EventsOf)
            .ShouldAllBe(one => !HasUser(one));
    }

    [Fact]
    public async Task The_end_of_a_place_names_its_user_until_their_data_were_removed()
    {
        await MakeAsync("wh", Address);
        var batch = await _sale.CreateBatchAsync(stock: 1, opensIn: TenMinutes);
        var (holder, next) = (batch.Buyer("weibo:alice"), batch.Buyer("weibo:bob"));
        foreach (var buyer in (Buyer[])[holder, next]) await buyer.ReserveAsync();
        await _sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        await holder.BuyAsync();
        await batch.StandByAsync(next.User);
        (await batch.Actor.LeaveLineAsync(next.Alias)).Value.ShouldBe(Effect.Done);
        await UntilHasAsync(Address, batch, "left");
        var left = LeftAt(Address).ShouldHaveSingleItem();
        left.GetProperty("user").GetString().ShouldBe(next.User);

        (await next.Reservation.EraseAsync()).Refused.ShouldBeNull();
        var seq = left.GetProperty("seq").GetInt64();
        (await ActorOf("wh").ReplayAsync(batch.Id, seq, seq, "again")).Refused.ShouldBeNull();
        await _sale.UntilAsync(() => Task.FromResult(LeftAt(Address).Count == 2), "it is sent again");
        HasUser(LeftAt(Address)[^1]).ShouldBeFalse();
    }

    [Fact]
    public async Task As_many_webhooks_as_may_be_can_be_made_and_removed_again()
    {
        for (var i = 0; i < IWebhookIndexGrain.MaxEndpoints; i++) await MakeAsync($"wh-{i}", Address);
        (await ActorOf("more").MakeAsync(new WebhookTerms(Address, "", []), null)).Refused.ShouldBe(Refusal.Conflict);
        (await ActorOf("wh-3").RemoveAsync()).Value.ShouldBe(Effect.Done);
        (await ActorOf("wh-3").GetAsync()).Refused.ShouldBe(Refusal.NotFound);
        await MakeAsync("more", Address);
        (await Index.ListAsync()).ShouldNotContain("wh-3");
    }

    [Fact]
    public async Task One_that_is_listed_but_was_never_made_is_taken_off_the_list()
    {
        await Index.AddAsync("half");
        (await Index.WakeAllAsync()).ShouldBe(1);
        (await Index.ListAsync()).ShouldBeEmpty();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IWebhookIndexGrain Index => _sale.Actors.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key);

    private IWebhookGrain ActorOf(string id) => _sale.Actors.GetGrain<IWebhookGrain>(id);

    private static bool HasUser(JsonElement one) => one.TryGetProperty("user", out _);

    private async Task MakeAsync(string id, string address)
    {
        var made = await ActorOf(id).MakeAsync(new WebhookTerms(address, "", []), null);
        made.Value!.IsNew.ShouldBeTrue();
    }

    private async Task<(TestBatch Batch, (Buyer Buyer, GrainInterfaces.Orders.OrderView Order)[] Orders)> SellAsync(
        int buyers)
    {
        var batch = await _sale.CreateBatchAsync(stock: 100, opensIn: TenMinutes);
        var all = Enumerable.Range(0, buyers).Select(i => batch.Buyer($"weibo:u{i}")).ToArray();
        foreach (var buyer in all) await buyer.ReserveAsync();
        await _sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        var orders = new List<(Buyer, GrainInterfaces.Orders.OrderView)>();
        foreach (var buyer in all) orders.Add((buyer, await buyer.BuyAsync()));
        return (batch, [.. orders]);
    }

    private List<long> SeqsAt(string address, TestBatch batch) =>
    [
        .. _sale.Webhooks.EventsAt(address)
            .Where(one => one.GetProperty("id").GetString()!.StartsWith($"{batch.Id}.", StringComparison.Ordinal))
            .Select(one => one.GetProperty("seq").GetInt64()),
    ];

    private List<JsonElement> LeftAt(string address) =>
        [.. _sale.Webhooks.EventsAt(address).Where(one => one.GetProperty("type").GetString() == "left")];

    private Task UntilHasAsync(string address, TestBatch batch, string type) => _sale.UntilAsync(
        () => Task.FromResult(_sale.Webhooks.EventsAt(address).Any(one =>
            one.GetProperty("type").GetString() == type
            && one.GetProperty("id").GetString()!.StartsWith($"{batch.Id}.", StringComparison.Ordinal))),
        $"{type} arrives");

    private async Task<bool> HasAllAsync(string address, TestBatch batch)
    {
        var head = await _sale.Stored.ReadHeadAsync(Grains.Ledger.Streams.OfBatch(batch.Id), Stop);
        return SeqsAt(address, batch).Distinct().Count() == head.Seq;
    }

    // Everything of the ledger has arrived and nothing waits; and the first arrivals of each order are in order.
    private async Task UntilAllAsync(string id, string address, TestBatch batch, int timesMore = 0)
    {
        await _sale.UntilAsync(
            async () =>
            {
                for (var i = 0; i < timesMore; i++) await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(20));
                try
                {
                    return await HasAllAsync(address, batch) && (await ActorOf(id).GetAsync()).Value!.Waiting == 0;
                }
                catch (Exception e) when (LostInfrastructure.Is(e) || e is SaleUnavailableException)
                {
                    // A test has failed its write.
                    await Index.WakeAllAsync();
                    return false;
                }
            },
            "everything arrives");
        foreach (var order in _sale.Webhooks.EventsAt(address).Where(one => KeyOf(one) is not null).GroupBy(KeyOf))
        {
            var firsts = order.Select(one => one.GetProperty("seq").GetInt64()).Distinct().ToList();
            firsts.ShouldBeInOrder();
        }
    }

    private static string? KeyOf(JsonElement one) =>
        one.GetProperty("data").TryGetProperty("order", out var order) ? order.GetString() : null;
}

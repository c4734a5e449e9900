using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Line;

/// <summary>What it costs the actors that each page of a batch asks for a kept place when it is loaded.</summary>
public sealed class KeptPlaceCostTests : IAsyncLifetime
{
    private const int Visitors = 100;

    private readonly Calls _calls = new();

    // Its own front, because its calls are counted.
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Services = services => services.AddSingleton<IIncomingGrainCallFilter>(_calls),
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task However_many_have_no_place_the_backlog_is_asked_once_in_a_while_and_no_batch_for_any_of_them()
    {
        var (waiter, next, _) = await AnnouncedAsync();
        var users = Enumerable.Range(0, Visitors).Select(_ => _sale.NewUser()).ToArray();
        _calls.Clear();
        var asking = Stopwatch.StartNew();
        foreach (var answer in await Task.WhenAll(users.Select(user => KeptAsync(next, user)))) answer.Is(204);
        (await KeptAsync(next, waiter)).Is(200)["backlog.batch"].ShouldBe(next);
        _calls.Of<IBacklogGrain>().ShouldBeInRange(1, 1 + (int)asking.Elapsed.TotalSeconds);
        _calls.Of<ISaleBatchGrain>(nameof(ISaleBatchGrain.GetPlaceAsync)).ShouldBe(1, "for the one who has a place");
    }

    [Fact]
    public async Task A_batch_that_is_not_the_next_to_take_the_backlog_does_not_ask_for_it()
    {
        var (waiter, _, later) = await AnnouncedAsync();
        _calls.Clear();
        (await KeptAsync(later, waiter)).Is(204);
        (await KeptAsync(later, _sale.NewUser())).Is(204);
        _calls.Of<IBacklogGrain>().ShouldBe(0);
        _calls.Of<ISaleBatchGrain>(nameof(ISaleBatchGrain.GetPlaceAsync)).ShouldBe(0);
    }

    // One waits in the backlog; the next batch takes it, and a later one would.
    private async Task<(string Waiter, string Next, string Later)> AnnouncedAsync()
    {
        var batch = await SoldOutBatch.OpenAsync(_sale);
        var waiter = _sale.NewUser();
        await _sale.RegisterAsync(batch.Id, waiter);
        (await _sale.StandByAsync(batch.Id, waiter)).Is(202);
        (await _sale.OperateAsync(batch.Id, "close")).Is(200);
        await Eventually.HoldsAsync(
            async () => (await _sale.Client.GetAsync("/api/operator/products/mi2/backlog", _sale.Operator)).Is(200)
                .Items.Length > 0,
            "it is handed over");
        Task<string> NextAsync(Stage stage) =>
            _sale.CreateAsync(stage, stock: 1, change: terms => terms["backlogUnits"] = 1);
        var announced = (waiter, await NextAsync(Stage.Reserving), await NextAsync(Stage.Announced));
        // They say to their messages, once, who waits in the backlog.
        foreach (var next in (string[])[announced.Item2, announced.Item3]) (await _sale.BoardAsync(next)).Is(200);
        return announced;
    }

    private Task<Answer> KeptAsync(string batch, string user) =>
        _sale.Client.GetAsync($"/api/batches/{batch}/place/kept", _sale.Sign.Bearer(user));

    private sealed class Calls : IIncomingGrainCallFilter
    {
        private readonly ConcurrentQueue<(Type? Interface, string Method)> _calls = new();

        public Task Invoke(IIncomingGrainCallContext context)
        {
            _calls.Enqueue((context.InterfaceMethod.DeclaringType, context.MethodName));
            return context.Invoke();
        }

        public void Clear() => _calls.Clear();

        public int Of<TActor>(string? method = null) =>
            _calls.Count(call => call.Interface == typeof(TActor) && (method is null || call.Method == method));
    }
}

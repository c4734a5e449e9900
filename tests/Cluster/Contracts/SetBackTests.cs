using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Silo.Clock;
using static OrleansSale.Tests.Cluster.Requests;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>What a clock that is set back does to Orleans' plans of when actors leave memory.</summary>
public sealed class SetBackTests : IAsyncDisposable
{
    private readonly SaleCluster _parts = new();
    private readonly FalseClock _clock = new();

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Fact]
    public async Task New_actors_wake_though_the_clock_was_set_back_by_a_day()
    {
        await using var cluster = await StartAsync(new SteadyClock(_clock));
        var batch = _parts.Batch("b", cluster.Client);
        (await batch.Actor.CreateAsync(Terms("b", _parts.Clock.Now))).Value.ShouldBe(Effect.Done);
        var order = await batch.OrderAsync("weibo:a");
        var checkout = await cluster.Client.GetGrain<IOrderGrain>(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "Mi2");
        checkout.Value!.Url.ShouldNotBeEmpty();
    }

    // If this fails, Orleans plans otherwise now and may do without the steady clock.
    [Fact]
    public async Task By_the_machines_own_clock_Orleans_would_wake_none_of_them()
    {
        await using var cluster = await StartAsync(_clock);
        var batch = cluster.Client.GetGrain<ISaleBatchGrain>("b");
        await Should.ThrowAsync<ArgumentException>(() => batch.CreateAsync(Terms("b", _parts.Clock.Now)));
    }

    private async Task<InProcessTestCluster> StartAsync(TimeProvider plans)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureHost(host => host.Logging.ClearProviders());
        builder.ConfigureSilo((_, silo) =>
        {
            _parts.Configure(silo);
            silo.Services.AddKeyedSingleton(TimeProviderNames.ActivationManagement, plans);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        _clock.SetBack();
        return cluster;
    }

    private sealed class FalseClock : TimeProvider
    {
        private volatile bool _isSetBack;

        public override DateTimeOffset GetUtcNow() => _isSetBack ? base.GetUtcNow() : base.GetUtcNow().AddDays(1);

        public void SetBack() => _isSetBack = true;
    }
}

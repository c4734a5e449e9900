using Microsoft.Extensions.DependencyInjection;
using OrleansSale.Silo.Clock;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>What a clock that is set back does to Orleans' plans of when actors leave memory.</summary>
public sealed class SetBackTests
{
    private readonly FalseClock _clock = new();

    [Fact]
    public async Task New_actors_wake_though_the_clock_was_set_back_by_a_day()
    {
        await using var sale = await StartAsync(new SteadyClock(_clock));
        var batch = await sale.CreateBatchAsync();
        var order = await batch.OrderAsync("weibo:a");
        (await batch.Buyer("weibo:a").CheckOutAsync(order)).Url.ShouldNotBeEmpty();
    }

    // If this test fails, Orleans now computes in another way when actors leave memory, and the steady clock may not be
    // needed any more.
    [Fact]
    public async Task By_the_machines_own_clock_Orleans_would_wake_none_of_them()
    {
        await using var sale = await StartAsync(_clock);
        await Should.ThrowAsync<ArgumentException>(() => sale.CreateBatchAsync());
    }

    private async Task<SaleHarness> StartAsync(TimeProvider plans)
    {
        var sale = await SaleHarness.StartAsync(new()
        {
            ConfigureSilo = silo => silo.Services.AddKeyedSingleton(TimeProviderNames.ActivationManagement, plans),
        });
        _clock.SetBack();
        return sale;
    }

    private sealed class FalseClock : TimeProvider
    {
        private volatile bool _isSetBack;

        public override DateTimeOffset GetUtcNow() => _isSetBack ? base.GetUtcNow() : base.GetUtcNow().AddDays(1);

        public void SetBack() => _isSetBack = true;
    }
}

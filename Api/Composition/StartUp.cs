using OrleansSale.Api.Batches;
using OrleansSale.Api.Requests;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Composition;

/// <summary>
/// What a start does once the silo runs: wakes the batches that a crash may have left with holds to end or refunds to
/// make, and, where asked for, gives an empty engine something to show.
/// </summary>
public sealed partial class StartUp(
    IGrainFactory grains, Patience patience, CatalogueCopy catalogue, IConfiguration configuration, IHostEnvironment environment,
    TimeProvider time, ILogger<StartUp> log) : BackgroundService
{
    private static readonly TimeSpan DemoOpensAfter = TimeSpan.FromMinutes(2), DemoLasts = TimeSpan.FromHours(12);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var index = grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);
        if (configuration.GetValue("Sale:Demo", environment.IsDevelopment()))
        {
            var page = await patience.AskAsync(() => index.ListAsync(0));
            if (page.Batches.Length == 0) await CreateDemoAsync(index);
        }
        var woken = await index.WakeAllAsync();
        Log.Woken(log, woken);
    }

    // The batch of December 2012: 50,000 Mi2 on a Weibo event page.
    private async Task CreateDemoAsync(ICatalogueGrain index)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var opens = now + DemoOpensAfter;
        var terms = new BatchTerms("mi2-1", new Product("mi2", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), null), ["weibo"],
            Stock: 50_000, PerUserLimit: 1, PaymentWindowSeconds: 900, new Schedule(now, opens, opens, opens + DemoLasts));
        await patience.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(terms.Id).CreateAsync(terms));
        await index.AddAsync(terms);
        catalogue.Add(terms);
        Log.DemoCreated(log, terms.Id, opens);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} batches have something to do")]
        public static partial void Woken(ILogger log, int count);

        [LoggerMessage(2, LogLevel.Information, "Created the demo batch {Batch}; its sale opens at {Opens:u}")]
        public static partial void DemoCreated(ILogger log, string batch, DateTimeOffset opens);
    }
}

using OrleansSale.Api.Actors;
using OrleansSale.Api.Operators.Announcements;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Hosting;

/// <summary>Creates the demo batch in an empty engine, if the settings ask for it.</summary>
public sealed partial class DemoBatch(
    IGrainFactory grains, ActorRetry retry, CatalogueCopy catalogue, ConfiguredChannels channels,
    AnnouncementCommands announcements, IConfiguration configuration, IHostEnvironment environment,
    TimeProvider timeProvider, ILogger<DemoBatch> log)
    : BackgroundService
{
    private static readonly TimeSpan DemoOpensAfter = TimeSpan.FromMinutes(2), DemoLasts = TimeSpan.FromHours(12);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!configuration.GetValue("Sale:Demo", environment.IsDevelopment())) return;
        var index = grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key);
        var page = await retry.AskAsync(() => index.ListAsync(0));
        if (page.Batches.Length == 0 && channels.All.Count > 0) await CreateAsync(index);
    }

    // The batch of December 2012: 50,000 Mi2 on a Weibo event page.
    private async Task CreateAsync(ICatalogueGrain index)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        var opens = now + DemoOpensAfter;
        var product = new Product("mi2", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), null);
        var channel = channels.TryFind("weibo", out var weibo) ? weibo : channels.All.First();
        var terms = new BatchTerms(
            "mi2-1", product, [channel.Id], Stock: 50_000, PerUserLimit: 1, PaymentWindowSeconds: 900,
            new Schedule(now, opens, opens, opens + DemoLasts));
        var created = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(terms.Id).CreateAsync(terms));
        // Another front was faster, and its demo batch opens at another instant.
        if (created.Refused is not null) return;
        await index.AddAsync(terms.Id);
        await catalogue.FindNewAsync(terms.Id);
        Log.Created(log, terms.Id, opens);
        await AnnounceAsync(terms.Id, "reserve", null, new LanguageText(
            "50,000 Mi2 go on sale in two minutes. Reserve now: it is free, and only those who have reserved can buy.",
            "5 万台小米手机 2 将于两分钟后开抢！立即预约，预约用户才有资格抢购。"));
        await AnnounceAsync(terms.Id, "open", opens, new LanguageText(
            "The sale is open. Buy on the page, or by a reply to this post that says: buy",
            "抢购开始！打开活动页抢购，或直接回复本条微博“抢购”。"));
    }

    private async Task AnnounceAsync(string batch, string key, DateTimeOffset? at, LanguageText text) =>
        await announcements.AnnounceAsync(Topic.OfBatch(batch), text, imageUrl: null, at, by: "demo", key);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Created the demo batch {Batch}; its sale opens at {Opens:u}")]
        public static partial void Created(ILogger log, string batch, DateTimeOffset opens);
    }
}

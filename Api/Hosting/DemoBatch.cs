using System.Globalization;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Operators.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Hosting;

/// <summary>
/// Creates the demo batch in an empty engine, if the settings ask for it. When nobody can reserve in it any more and
/// somebody looks, it creates a further one: whenever newcomers come, they can buy within two minutes.
/// </summary>
public sealed partial class DemoBatch(
    IGrainFactory grains, ActorRetry retry, CatalogueCopy catalogue, ConfiguredChannels channels, DemoVisits visits,
    AnnouncementCommands announcements, IConfiguration configuration, IHostEnvironment environment,
    SitePath site, TimeProvider timeProvider, ILogger<DemoBatch> log)
    : BackgroundService
{
    /// <summary>Most demo batches of an engine. While somebody looks, one is made every two minutes.</summary>
    public const int MaxBatches = 500;

    private const string ProductId = "mi2", IdStart = ProductId + "-";

    private static readonly TimeSpan OpensAfter = TimeSpan.FromMinutes(2), Lasts = TimeSpan.FromMinutes(30);

    /// <summary>Between two looks whether a further one is needed.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Outage _outage = new("demo");

    /// <summary>Whether the settings ask for the demo.</summary>
    public static bool IsOn(IConfiguration configuration, IHostEnvironment environment) =>
        configuration.GetValue("Sale:Demo", environment.IsDevelopment());

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsOn(configuration, environment) || channels.All.Count == 0) return;
        BoardFeed? last = null;
        using var looks = new PeriodicTimer(LookInterval);
        do
        {
            if (last is not null && (IsInReach(last) || !visits.AreRecent)) continue;
            try
            {
                var all = await catalogue.ListAsync();
                last = all.Where(batch => NumberOf(batch) > 0).MaxBy(NumberOf);
                // An operator who sells batches of their own needs no demo.
                if (last is null && all.Count > 0) return;
                if (last is null || (!IsInReach(last) && visits.AreRecent))
                    last = await CreateAsync(NumberOf(last) + 1);
                _outage.Succeeds();
            }
            catch (Exception failure) when (LostInfrastructure.Is(failure) || failure is StorageDamagedException)
            {
                if (_outage.Fails(failure.GetType().Name)) Log.NotCreated(log, failure.Message);
            }
        }
        while (NumberOf(last) < MaxBatches && await looks.WaitForNextTickAsync(stoppingToken));
    }

    private static int NumberOf(BoardFeed? batch) =>
        batch is { Terms: { Product.Id: ProductId, Id: var id } }
        && id.StartsWith(IdStart, StringComparison.Ordinal)
        && int.TryParse(id.AsSpan(IdStart.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : 0;

    // Whether a newcomer can still reserve.
    private bool IsInReach(BoardFeed batch) =>
        timeProvider.GetUtcNow() < batch.Schedule.ReservationCloses && batch.Current is not { Snapshot.Closed: true };

    private async Task<BoardFeed> CreateAsync(int number)
    {
        var terms = TermsOf(number);
        var created = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(terms.Id).CreateAsync(terms));
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(terms.Id);
        var batch = await catalogue.FindNewAsync(terms.Id);
        // Another front was faster, and its batch opens at another instant.
        if (created.Refused is not null) return batch;
        var opens = terms.Schedule.SaleOpens;
        Log.Created(log, terms.Id, opens);
        await AnnounceAsync(terms.Id, "reserve", null, new LanguageText(
            "50,000 Mi2 go on sale in two minutes. Reserve now: it is free, and only those who have reserved can buy.",
            "5 万台小米手机 2 将于两分钟后开抢！立即预约，预约用户才有资格抢购。"));
        await AnnounceAsync(terms.Id, "open", opens, new LanguageText(
            "The sale is open. Buy on the page, or by a reply to this post that says: buy",
            "抢购开始！打开活动页抢购，或直接回复本条微博“抢购”。"));
        return batch;
    }

    // The batch of December 2012: 50,000 Mi2 on a Weibo event page.
    private BatchTerms TermsOf(int number)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        var opens = now + OpensAfter;
        var channel = channels.TryFind("weibo", out var weibo) ? weibo : channels.All.First();
        var product = new Product(
            ProductId, "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), site.Of("/img/phone.svg"));
        return new BatchTerms(
            IdStart + number, product, [channel.Id], Stock: 50_000, PerUserLimit: 1, PaymentWindowSeconds: 900,
            new Schedule(now, opens, opens, opens + Lasts),
            Title: new LanguageText(
                $"Mi2 for {channel.English}, batch {number}",
                $"小米手机 2 {channel.Chinese}专场 第 {number} 轮"),
            Description: new LanguageText(
                "Reserve now, and buy when the countdown ends. This is a demonstration: no money moves.",
                "先预约，倒计时结束后抢购。此为演示活动，不会产生真实扣款。"));
    }

    private async Task AnnounceAsync(string batch, string key, DateTimeOffset? at, LanguageText text) =>
        await announcements.AnnounceAsync(Topic.OfBatch(batch), text, imageUrl: null, at, by: "demo", key);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Created the demo batch {Batch}; its sale opens at {Opens:u}")]
        public static partial void Created(ILogger log, string batch, DateTimeOffset opens);

        [LoggerMessage(2, LogLevel.Warning, "The demo batch could not be created yet: {Reason}")]
        public static partial void NotCreated(ILogger log, string reason);
    }
}

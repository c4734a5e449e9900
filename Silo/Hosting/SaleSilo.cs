using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Orders;
using OrleansSale.Grains.Payments;
using OrleansSale.Grains.Reservations;
using OrleansSale.Grains.Users;
using OrleansSale.Grains.Webhooks;
using OrleansSale.Silo.Clock;
using OrleansSale.Silo.Storage;

namespace OrleansSale.Silo.Hosting;

/// <summary>Adds to a silo everything that every silo of the sale has, on any storage.</summary>
public static class SaleSilo
{
    // An actor takes about 2 KB. These actors are many, and each is busy for a moment only.
    private static readonly TimeSpan BriefActorAge = TimeSpan.FromMinutes(1.5),
        CollectionPeriod = TimeSpan.FromSeconds(30);

    // The size of the directory's cache. Orleans counts its entries, bucket by bucket, whenever its figures are read,
    // and the dashboard reads them once a second. With the default of a million, each count takes 30 ms of a core and
    // evicts the processor's cache.
    private const int KnownPlaces = 20_000;

    /// <summary>Adds the actors' options and the <see cref="BatchWaker"/>.</summary>
    public static void AddSale(this ISiloBuilder silo, IConfiguration configuration)
    {
        silo.Services.AddOptions<OrderOptions>().BindConfiguration("Orders");
        silo.Services.AddOptions<ApprovalOptions>().BindConfiguration(OperatorsOptions.Section);
        silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = KnownPlaces);
        silo.Services.AddSingleton<BatchReminder>();
        silo.Services.AddSingleton<BatchLeads>();
        silo.Services.AddSingleton<Followers>();
        silo.Services.AddSingleton<RefundWatch>();
        silo.Services.AddSingleton<CheckoutWatch>();
        silo.Services.AddSingleton<PostWatch>();
        silo.Services.AddSingleton<WebhookWatch>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, BatchWaker>();
        silo.Services.AddSingleton<SteadyClock>();
        foreach (var area in (string[])[TimeProviderNames.ActivationManagement, TimeProviderNames.Grains])
            silo.Services.AddKeyedSingleton<TimeProvider>(
                area, (services, _) => services.GetRequiredService<SteadyClock>());
    }

    /// <summary>Makes a registered service the ledger of the silo, with the watch on its commits.</summary>
    public static void AddProbedLedger<TLedger>(this ISiloBuilder silo) where TLedger : class, ILedger, IProbedLedger
    {
        silo.Services.AddSingleton<ILedger>(services => services.GetRequiredService<TLedger>());
        silo.Services.AddSingleton<IProbedLedger>(services => services.GetRequiredService<TLedger>());
        silo.Services.AddSingleton<ICommitCheck>(services => services.GetRequiredService<IProbedLedger>().Commits);
        silo.Services.AddHostedService<CommitProbe>();
    }

    /// <summary>Reservations, orders and users' sessions leave memory early when they are idle.</summary>
    public static void CollectBriefActorsEarly(GrainCollectionOptions options)
    {
        options.CollectionQuantum = CollectionPeriod;
        options.ClassSpecificCollectionAge[typeof(ReservationGrain).FullName!] = BriefActorAge;
        options.ClassSpecificCollectionAge[typeof(OrderGrain).FullName!] = BriefActorAge;
        options.ClassSpecificCollectionAge[typeof(UserSessionsGrain).FullName!] = BriefActorAge;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Orders;
using OrleansSale.Grains.Reservations;

namespace OrleansSale.Silo;

/// <summary>What every silo of the sale has, on whatever storage.</summary>
public static class SaleSilo
{
    // A never-seen actor costs about 2 KB; reservations and orders are many and each is busy for moments only.
    private static readonly TimeSpan BriefActorAge = TimeSpan.FromMinutes(1.5), CollectionPeriod = TimeSpan.FromSeconds(30);

    /// <summary>Adds the actors' options and what wakes the batches.</summary>
    public static void AddSale(this ISiloBuilder silo, IConfiguration configuration)
    {
        silo.Services.AddOptions<OrderOptions>().BindConfiguration("Orders").ValidateDataAnnotations().ValidateOnStart();
        silo.Services.AddSingleton<BatchReminder>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, BatchWaker>();
    }

    /// <summary>Reservations and orders that nobody asks for leave memory early.</summary>
    public static void CollectBriefActorsEarly(GrainCollectionOptions options)
    {
        options.CollectionQuantum = CollectionPeriod;
        options.ClassSpecificCollectionAge[typeof(ReservationGrain).FullName!] = BriefActorAge;
        options.ClassSpecificCollectionAge[typeof(OrderGrain).FullName!] = BriefActorAge;
    }
}

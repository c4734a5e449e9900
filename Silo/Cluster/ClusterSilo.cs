using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Serialization;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Silo.Health;
using OrleansSale.Silo.Hosting;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Silo.Cluster;

/// <summary>A silo or a front of a cluster. Its members find each other through PostgreSQL.</summary>
public static class ClusterSilo
{
    /// <summary>Configures a silo that joins the cluster: alone in its process, or with a front.</summary>
    public static void ConfigureCluster(
        this ISiloBuilder silo, PostgresDatabase database, ClusterSettings cluster, SiloEndpoint endpoint,
        IConfiguration configuration)
    {
        silo.Configure<ClusterOptions>(
            options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = endpoint.Advertised;
            options.SiloPort = endpoint.SiloPort;
            options.GatewayPort = endpoint.GatewayPort;
            options.SiloListeningEndpoint = new(endpoint.Listens, endpoint.SiloPort);
            options.GatewayListeningEndpoint = new(endpoint.Listens, endpoint.GatewayPort);
        });
        silo.Configure<ExceptionSerializationOptions>(TellDatabaseFailures);
        silo.Configure<ClusterMembershipOptions>(Liveness.Apply);
        silo.Configure<ConnectionOptions>(Liveness.Apply);
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = Liveness.CallTimeout);
        silo.Configure<GrainCollectionOptions>(SaleSilo.CollectBriefActorsEarly);
        silo.UseAdoNetClustering(
            options => (options.Invariant, options.DataSource) = (PostgresGrainStorage.Invariant, database.Membership));
        silo.UseAdoNetReminderService(
            options => (options.Invariant, options.DataSource) = (PostgresGrainStorage.Invariant, database.Membership));
        silo.AddPostgresGrainStorage(database);
        silo.AddDashboard();
        silo.Services.AddSingleton(database);
        silo.Services.AddSingleton(services =>
            PostgresLedger.Open(database, services.GetRequiredService<ILogger<PostgresLedger>>()));
        silo.AddProbedLedger<PostgresLedger>();
        silo.Services.AddSingleton<IOrderIndex>(_ => new PostgresOrderIndex(database));
        silo.Services.AddClockWatch();
        silo.Services.AddHealthChecks().AddCheck<SiloCheck>(SiloCheck.Name);
        silo.AddSale(configuration);
    }

    /// <summary>Configures a front that hosts no silo.</summary>
    public static void ConfigureCluster(this IClientBuilder client, PostgresDatabase database, ClusterSettings cluster)
    {
        client.Configure<ClusterOptions>(
            options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        client.Configure<ExceptionSerializationOptions>(TellDatabaseFailures);
        client.Configure<ConnectionOptions>(Liveness.Apply);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = Liveness.GatewayRefresh);
        client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = Liveness.CallTimeout);
        client.UseAdoNetClustering(
            options => (options.Invariant, options.DataSource) = (PostgresGrainStorage.Invariant, database.Membership));
        client.UseConnectionRetryFilter<SiloSearch>();
        client.Services.AddSingleton<ILifecycleParticipant<IClusterClientLifecycle>>(
            services => (SiloSearch)services.GetRequiredService<IClientConnectionRetryFilter>());
        client.AddDashboard();
        client.Services.AddSingleton(database);
        client.Services.AddClockWatch();
    }

    // A front's clock matters as a silo's does: it shows buyers the time to the opening.
    private static void AddClockWatch(this IServiceCollection services)
    {
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<IClockCheck>(provider => provider.GetRequiredService<ClockWatch>());
        services.AddSingleton<IFaultSource>(provider => provider.GetRequiredService<ClockWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<ClockWatch>());
    }

    /// <summary>
    /// Lets exceptions of the database's driver be serialised. Otherwise a serializer's exception would arrive, and the
    /// caller would not recognise lost infrastructure.
    /// </summary>
    public static void TellDatabaseFailures(ExceptionSerializationOptions options) =>
        options.SupportedNamespacePrefixes.Add(nameof(Npgsql));
}

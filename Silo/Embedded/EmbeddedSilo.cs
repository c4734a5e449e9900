using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Dashboard;
using OrleansSale.Grains.Clock;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Silo.Cluster;
using OrleansSale.Silo.Health;
using OrleansSale.Silo.Hosting;
using OrleansSale.Silo.Storage;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Embedded;

/// <summary>The engine in one process: a silo of its own on SQLite files. No other silo joins it.</summary>
public static class EmbeddedSilo
{
    /// <summary>Configures the silo on a data directory, which stays open as long as the host runs.</summary>
    /// <exception cref="StartException">
    /// The directory holds an unfinished copy, or a ledger older than its documents.
    /// </exception>
    /// <exception cref="FileUnusableException">A file of it can't be used.</exception>
    public static void ConfigureEmbedded(this ISiloBuilder silo, DataDirectory directory, IConfiguration configuration)
    {
        DirectoryStart.Prepare(directory);
        // A free port is found first, because Orleans does not accept 0. Nobody connects to it, and there is no
        // gateway.
        var serviceId = configuration["Orleans:ServiceId"] ?? "sale";
        silo.UseLocalhostClustering(SiloEndpoint.FreePort(), gatewayPort: 0, serviceId: serviceId,
            clusterId: configuration["Orleans:ClusterId"] ?? "sale");
        silo.Configure<EndpointOptions>(
            options => (options.GatewayPort, options.AdvertisedIPAddress) = (0, IPAddress.Loopback));
        silo.Configure<GrainCollectionOptions>(SaleSilo.CollectBriefActorsEarly);
        silo.AddSqliteGrainStorage(directory);
        SqliteDocuments.RequireLedger(directory, serviceId, configuration.GetValue<bool>(KnownHeads.AcceptKey));
        silo.AddDashboard();
        silo.Services.AddSingleton(
            services => SqliteLedger.Open(directory, services.GetRequiredService<ILogger<SqliteLedger>>()));
        silo.AddProbedLedger<SqliteLedger>();
        silo.Services.AddSingleton<IOrderIndex>(_ => SqliteOrderIndex.Open(directory));
        silo.Services.AddHealthChecks().AddCheck<DocumentsCheck>(DocumentsCheck.Name);
        silo.Services.AddSingleton<IClockCheck, OnlyClock>();
        silo.AddSale(configuration);
    }
}

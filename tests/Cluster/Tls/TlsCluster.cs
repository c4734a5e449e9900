using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using OrleansSale.Silo.Cluster.Tls;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>Silos that talk over sockets, all with one TLS (or none), and clients with any.</summary>
internal sealed class TlsCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SaleHarness _sale;
    private readonly WireRecord _record = new();
    private readonly List<IHost> _clients = [];

    private TlsCluster(ClusterTls? tls) => _sale = new(new()
    {
        Silos = 2,
        UsesSockets = true,
        StartsClient = false,
        ConfigureSilo = silo => Configure(silo, tls),
    });

    /// <summary>What all members wrote to their sockets.</summary>
    public WireRecord Record => _record;

    /// <summary>What the silos logged.</summary>
    public LogLines Log => _sale.Log;

    /// <summary>The batch of this id, addressed by a client.</summary>
    public TestBatch Batch(string id, IClusterClient client) => _sale.Batch(id, client);

    /// <summary>The silos' time.</summary>
    public DateTimeOffset Now => _sale.Clock.Now;

    /// <summary>Where the silos listen for silos.</summary>
    public IPEndPoint SiloEndpoint => Cluster.Silos[0].SiloAddress.Endpoint;

    /// <summary>Where they listen for clients.</summary>
    public IPEndPoint GatewayEndpoint => Cluster.Silos[0].GatewayAddress.Endpoint;

    /// <summary>The silos.</summary>
    public IReadOnlyList<SiloAddress> Silos => _sale.Silos;

    private TestCluster Cluster => _sale.Sockets!;

    public static async Task<TlsCluster> StartAsync(ClusterTls? tls)
    {
        var cluster = new TlsCluster(tls);
        await cluster._sale.InitializeAsync();
        return cluster;
    }

    /// <summary>Starts another silo, with a TLS of its own, and ends it.</summary>
    public async Task JoinAsync(ClusterTls? tls, TimeSpan? patience = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(Cluster.Primary!.SiloAddress.Endpoint);
            silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), gatewayPort: 0);
            silo.Configure<ClusterOptions>(NameCluster);
            silo.Configure<ClusterMembershipOptions>(options => options.MaxJoinAttemptTime = patience ?? Patience);
            silo.Configure<SiloMessagingOptions>(options => options.SystemResponseTimeout = patience ?? Patience);
            _sale.Configure(silo);
            silo.UseClusterTls(tls);
        });
        // Orleans can't stop a silo that could not join. Once disposed, its directory would ask for members in a loop
        // without a pause, so it is left as it is.
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
        host.Dispose();
    }

    /// <summary>Connects a client to a gateway of the cluster, or to what claims to be one.</summary>
    public async Task<IClusterClient> ConnectAsync(
        ClusterTls? tls, IPEndPoint? gateway = null, TimeSpan? patience = null, CancellationToken? until = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(until ?? CancellationToken.None);
        end.CancelAfter(patience ?? Patience);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(gateway ?? GatewayEndpoint);
            client.Configure<ClusterOptions>(NameCluster);
            client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(_record.Use));
            client.UseClusterTls(tls);
        });
        var host = builder.Build();
        _clients.Add(host);
        await host.StartAsync(end.Token);
        return host.Services.GetRequiredService<IClusterClient>();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }
        await _sale.DisposeAsync();
    }

    // The recorder is added first, so it is nearest to the socket.
    private void Configure(ISiloBuilder silo, ClusterTls? tls)
    {
        silo.Configure<SiloConnectionOptions>(options =>
        {
            options.ConfigureSiloInboundConnection(_record.Use);
            options.ConfigureSiloOutboundConnection(_record.Use);
            options.ConfigureGatewayInboundConnection(_record.Use);
        });
        silo.UseClusterTls(tls);
    }

    private void NameCluster(ClusterOptions options) =>
        (options.ClusterId, options.ServiceId) = (Cluster.Options.ClusterId, Cluster.Options.ServiceId);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

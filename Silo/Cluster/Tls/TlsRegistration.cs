using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace OrleansSale.Silo.Cluster.Tls;

/// <summary>Puts TLS under every connection of a silo or a client.</summary>
public static class TlsRegistration
{
    /// <summary>
    /// All connections of the silo: to and from other silos, and from clients at its gateway. Null: plain text.
    /// </summary>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo, ClusterTls? tls)
    {
        if (tls is null) return silo;
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(connection => Use(connection, tls, isServer: true));
            connections.ConfigureSiloOutboundConnection(connection => Use(connection, tls, isServer: false));
            connections.ConfigureGatewayInboundConnection(connection => Use(connection, tls, isServer: true));
        });
        return silo;
    }

    /// <summary>All connections of the client, which are those to gateways. Null: plain text.</summary>
    public static IClientBuilder UseClusterTls(this IClientBuilder client, ClusterTls? tls)
    {
        if (tls is null) return client;
        client.Configure<ClientConnectionOptions>(
            connections => connections.ConfigureConnection(connection => Use(connection, tls, isServer: false)));
        return client;
    }

    private static void Use(IConnectionBuilder connection, ClusterTls tls, bool isServer)
    {
        var middleware = new TlsMiddleware(
            tls, isServer, connection.ApplicationServices.GetRequiredService<ILogger<TlsMiddleware>>());
        connection.Use(next => context => middleware.RunAsync(context, next));
    }
}

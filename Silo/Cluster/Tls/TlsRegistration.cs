using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace OrleansSale.Silo.Cluster.Tls;

/// <summary>Puts TLS under every connection of a silo or a client.</summary>
public static partial class TlsRegistration
{
    /// <summary>
    /// All connections of the silo: to and from other silos, and from clients at its gateway. Null: plain text.
    /// </summary>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo, ClusterTls? tls)
    {
        if (tls is null) return silo;
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(connection => LogFailures(connection, tls));
            connections.ConfigureSiloOutboundConnection(connection => LogFailures(connection, tls));
            connections.ConfigureGatewayInboundConnection(connection => LogFailures(connection, tls));
        });
        return silo.UseTls(tls.Configure);
    }

    /// <summary>All connections of the client, which are those to gateways. Null: plain text.</summary>
    public static IClientBuilder UseClusterTls(this IClientBuilder client, ClusterTls? tls)
    {
        if (tls is null) return client;
        client.Configure<ClientConnectionOptions>(
            connections => connections.ConfigureConnection(connection => LogFailures(connection, tls)));
        return client.UseTls(tls.Configure);
    }

    // Orleans' TLS logs a failed handshake with a stack trace and without the peer. The log settings hide that line.
    private static void LogFailures(IConnectionBuilder connection, ClusterTls tls)
    {
        var log = connection.ApplicationServices.GetRequiredService<ILogger<ClusterTls>>();
        connection.Use(next => async context =>
        {
            await next(context);
            // It is set as soon as the handshake is done.
            if (context.Features.Get<ITlsApplicationProtocolFeature>() is not null) return;
            Log.NotConnected(
                log,
                $"{context.RemoteEndPoint}",
                MemberCheck.Of(context).Refusal
                    ?? "it spoke no TLS, refused this process' certificate, "
                        + $"or was not done within {tls.HandshakeTimeout.TotalSeconds:0.###} s");
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Not connected with {Peer}: the TLS handshake failed: {Why}")]
        public static partial void NotConnected(ILogger log, string peer, string why);
    }
}

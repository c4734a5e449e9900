using Microsoft.Extensions.DependencyInjection;

namespace OrleansSale.Silo.Http;

/// <summary>The HTTP clients by which the engine calls others.</summary>
public static class OutgoingHttp
{
    // A client lives as long as the process. Its connections are renewed, so a change of address is noticed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>Registers a client of its own, which follows no redirects, keeps no cookies and logs nothing.</summary>
    /// <param name="services">Those of the process.</param>
    /// <param name="name">The client's name.</param>
    /// <param name="configure">Sets what else its connections need.</param>
    /// <remarks>A redirect would take tokens and signatures along. Callers record what fails.</remarks>
    public static IHttpClientBuilder AddOutgoing(
        this IServiceCollection services, string name, Action<SocketsHttpHandler, IServiceProvider> configure) =>
        services.AddHttpClient(name)
            .RemoveAllLoggers()
            // By default the factory replaces the handler after two minutes, with all its connections, and keeps a
            // stopped host in memory for as long.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, provider) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.PooledConnectionLifetime = ConnectionLifetime;
                configure(handler, provider);
            });
}

using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OrleansSale.Api.Hosting;

/// <summary>
/// Configures the web server. The programs that the engine is compared with use the same configuration.
/// </summary>
public static class WebServer
{
    /// <summary>Longest request line and headers, in bytes: a ticket, a token and some cookies.</summary>
    private const int MaxHeadersLength = 32 * 1024;

    /// <summary>
    /// How many connections may wait to be accepted, if the system allows it. When a sale opens, all clients connect at
    /// once. A client that finds no room retries only a second later.
    /// </summary>
    private const int MaxWaitingConnections = 4_096;

    /// <summary>
    /// Longest body that is taken off the wire, in bytes. It is more than anything reads, so that a client who sends
    /// somewhat too much can read its answer before the connection closes.
    /// </summary>
    private const int MaxReceivedLength = 1 << 20;

    /// <summary>Sets it up.</summary>
    public static void Configure(IWebHostBuilder host)
    {
        host.ConfigureKestrel(Limit);
        host.UseSockets(options => options.Backlog = MaxWaitingConnections);
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = MaxReceivedLength;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeadersLength;
    }
}

using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansSale.Api.Http.Bodies;

namespace OrleansSale.Api.Hosting;

/// <summary>
/// How the web server is set up. The programs that the engine is compared with run on the same server, set up from
/// here.
/// </summary>
public static class WebServer
{
    /// <summary>Longest request line and headers, in bytes: a ticket, a token and some cookies.</summary>
    private const int MaxHeadersLength = 32 * 1024;

    /// <summary>
    /// Connections that may wait to be taken in, where the system allows as many: when a sale opens they come all at
    /// once, and one for which there is no room tries again only a second later.
    /// </summary>
    private const int MaxWaitingConnections = 4_096;

    /// <summary>Sets it up.</summary>
    public static void Configure(IWebHostBuilder host)
    {
        host.ConfigureKestrel(Limit);
        host.UseSockets(options => options.Backlog = MaxWaitingConnections);
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = RequestBody.MaxAnnouncedLength;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeadersLength;
    }
}

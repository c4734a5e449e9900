using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansSale.Api.Requests;

namespace OrleansSale.Api.Composition;

/// <summary>
/// How the web server is set up. What the engine is compared with runs on the same server, and takes it from here.
/// </summary>
public static class WebServer
{
    /// <summary>Longest request line and headers, in bytes: a ticket, a token and some cookies.</summary>
    private const int MaxHeadersLength = 32 * 1024;

    /// <summary>Sets the limits.</summary>
    public static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = RequestBody.MaxAnnouncedLength;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeadersLength;
    }
}

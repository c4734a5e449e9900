using Microsoft.AspNetCore.HttpOverrides;

namespace OrleansSale.Api.Http;

/// <summary>
/// Makes each request what the browser sent to the proxy: its scheme and its host, and the path without the site's
/// base. It precedes everything else, the host filter and the purchase's shortcut too.
/// </summary>
/// <remarks>
/// The base is in <see cref="HttpRequest.PathBase"/> of every request. A request whose path does not begin with it is
/// answered as well: it comes from inside, such as a health check.
/// </remarks>
internal sealed class BehindProxy(SitePath site, bool hasProxies) : IStartupFilter
{
    /// <summary>Most proxies in a row.</summary>
    public const int MaxProxies = 8;

    private const ForwardedHeaders Believed =
        ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;

    /// <summary>Adds it around all other startup filters that were added before.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="site">Where the engine is on its site.</param>
    /// <param name="proxies">Whose headers are believed. Without any, nobody's are.</param>
    public static void AddTo(IServiceCollection services, SitePath site, IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        services.AddSingleton(site);
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter>(new BehindProxy(site, proxies.Count > 0)));
        // The host has a switch of its own that believes everybody. It is overruled.
        services.PostConfigure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = proxies.Count > 0 ? Believed : ForwardedHeaders.None;
            options.ForwardLimit = MaxProxies;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in proxies) options.KnownIPNetworks.Add(proxy);
        });
    }

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (hasProxies) app.UseForwardedHeaders();
        if (site.Base.Length > 0) app.Use(inner => http => inner(Rebased(http)));
        next(app);
    };

    private HttpContext Rebased(HttpContext http)
    {
        var request = http.Request;
        if (request.Path.StartsWithSegments(site.Base, StringComparison.Ordinal, out var below))
            request.Path = below.HasValue ? below : "/";
        request.PathBase = site.Base;
        return http;
    }
}

using Microsoft.AspNetCore.HostFiltering;

namespace OrleansSale.Api.Http;

/// <summary>
/// Answers refusals of ASP.NET's host filter with a problem. The filter precedes everything that answers requests: the
/// pages, the endpoints and the purchase's shortcut.
/// </summary>
internal sealed class RefusedHosts : IStartupFilter
{
    /// <summary>Adds it around that filter. The filter is the first startup filter that was added before.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.Insert(0, ServiceDescriptor.Transient<IStartupFilter, RefusedHosts>());
        services.Configure<HostFilteringOptions>(options => options.IncludeFailureMessage = false);
    }

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(inner => http =>
        {
            var answered = inner(http);
            return answered.IsCompletedSuccessfully && IsRefused(http)
                ? Problem.Invalid("Host", "is no name of this engine: AllowedHosts lists them").ExecuteAsync(http)
                : answered;
        });
        next(app);
    };

    // Every other answer of this status has a body.
    private static bool IsRefused(HttpContext http) =>
        http.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false, ContentLength: null }
            && http.GetEndpoint() is null;
}

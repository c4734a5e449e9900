using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Dashboard;

namespace OrleansSale.Silo.Health;

/// <summary>The Orleans Dashboard, which is built when it is first opened.</summary>
/// <remarks>
/// It reads and compresses all its files when it is mapped. They take 20 MB and half a second of a processor, and most
/// processes are never asked for them.
/// </remarks>
public static class DashboardApi
{
    /// <summary>Its path.</summary>
    public const string Path = "/dashboard";

    /// <summary>Maps the dashboard. It shows the actors' state and has no sign-in of its own.</summary>
    public static IEndpointConventionBuilder MapDashboard(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        var dashboard = new Lazy<RequestDelegate>(() => Build(services));
        return app.MapGet($"{Path}/{{**file}}", async http =>
        {
            var (endpoint, method) = (http.GetEndpoint(), http.Request.Method);
            // Requests that have an endpoint are not routed again, and its routes know no HEAD.
            http.SetEndpoint(null);
            http.Request.Method = HttpMethods.Get;
            try
            {
                await dashboard.Value(http);
            }
            finally
            {
                http.Request.Method = method;
                http.SetEndpoint(endpoint);
            }
        });
    }

    private static RequestDelegate Build(IServiceProvider services)
    {
        var dashboard = new ApplicationBuilder(services);
        dashboard.UseRouting();
        dashboard.UseEndpoints(endpoints => endpoints.MapOrleansDashboard(Path));
        return dashboard.Build();
    }
}

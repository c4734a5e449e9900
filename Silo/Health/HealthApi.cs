using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Health;

/// <summary>
/// Whether the process lives, and whether it can sell: <c>/health/live</c> and <c>/health/ready</c>, the same at a
/// front and at a silo. Both are open to everyone.
/// </summary>
/// <remarks>
/// Liveness depends on nothing. Readiness is .NET's health checks: <c>AddHealthChecks().AddCheck&lt;…&gt;(name)</c>
/// adds one wherever a part is composed. An unhealthy check makes it 503; a degraded one leaves it 200. Either adds a
/// line to the body: the check's name and its description. The body is public, so it must have no secret, no address
/// and no user.
/// </remarks>
public static class HealthApi
{
    /// <summary>Adds the health checks' service. May be called again.</summary>
    public static void AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks();
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations)
            {
                var make = check.Factory;
                check.Factory = provider => new BoundedCheck(make(provider));
            }
        });
        // It would log every answer that is not healthy. Each component logs the begin and the end of its own faults.
        services.AddLogging(
            logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).WithTags("Health")
            .WithSummary("Whether the process lives")
            .WithName("IsLive").Produces<string>(200, "text/plain");
        app.MapGet("/health/ready", async (HttpContext http, HealthCheckService checks) =>
        {
            var report = await checks.CheckHealthAsync(http.RequestAborted);
            var isReady = report.Status != HealthStatus.Unhealthy;
            if (!isReady) http.Response.Headers.RetryAfter = "1";
            http.Response.Headers.CacheControl = "no-store";
            return Results.Text(Describe(report),
                statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).WithTags("Health").WithSummary("Whether it can sell").WithName("IsReady")
            .Produces<string>(200, "text/plain").Produces<string>(503, "text/plain");
    }

    /// <summary>
    /// The body: <c>ready</c>, or <c>not ready: …</c> with the reasons; then a line for each check that is not healthy.
    /// </summary>
    internal static string Describe(HealthReport report)
    {
        var faults = report.Entries.Where(check => check.Value.Status == HealthStatus.Unhealthy)
            .Select(Reason).ToList();
        var body = new StringBuilder(faults.Count == 0 ? "ready" : $"not ready: {string.Join("; ", faults)}");
        foreach (var check in report.Entries.Where(check => check.Value.Status != HealthStatus.Healthy))
            body.Append('\n').Append(check.Key).Append(": ").Append(Reason(check));
        return body.ToString();
    }

    private static string Reason(KeyValuePair<string, HealthReportEntry> check) =>
        check.Value.Description?.ReplaceLineEndings(" ") ?? check.Value.Status.ToString();
}

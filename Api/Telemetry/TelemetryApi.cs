using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Telemetry;

/// <summary>The engine's figures for a monitoring system, in the Prometheus format.</summary>
public static class TelemetryApi
{
    /// <summary>Collects the engine's own meter and those of Orleans, the web server and the runtime.</summary>
    public static void AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<SaleMeter>();
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("orleans-sale")).WithMetrics(metrics => metrics
            .AddMeter(SaleMeters.Name, "Microsoft.Orleans", "Polly", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
    }

    /// <summary>Maps <c>/metrics</c>; outside Development it is for operators.</summary>
    public static void MapTelemetry(this IEndpointRouteBuilder app, bool isDevelopment)
    {
        var metrics = app.MapPrometheusScrapingEndpoint("/metrics");
        if (!isDevelopment) metrics.RequireAuthorization(Authentication.OperatorPolicy);
    }
}

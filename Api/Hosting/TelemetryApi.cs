using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Hosting;

/// <summary>The engine's figures for a monitoring system, in the Prometheus format.</summary>
public static class TelemetryApi
{
    /// <summary>Collects the engine's own meter and those of Orleans, the web server and the runtime.</summary>
    public static void AddTelemetry(this IServiceCollection services) =>
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("orleans-sale"))
            .WithMetrics(metrics => metrics
                .AddMeter(
                    EngineMeter.Name, "Microsoft.Orleans", "Polly", "System.Runtime",
                    "Microsoft.AspNetCore.Server.Kestrel")
                .AddPrometheusExporter());

    /// <summary>Maps <c>/metrics</c> for GET only: by default it would answer every method.</summary>
    public static void MapTelemetry(this IEndpointRouteBuilder app) =>
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Silo.Health;

/// <summary>The figures of a process for a monitoring system, in the Prometheus format.</summary>
public static class TelemetryApi
{
    /// <summary>
    /// The most combinations of labels that a metric can have; what goes beyond is counted together. Memory for all of
    /// them is taken at the start: 72 bytes each, for the 128 metrics of a front. The library's own 2,000 would take
    /// 18 MB.
    /// </summary>
    public const int MaxSeries = 250;

    /// <summary>Collects the engine's own meter, those of Orleans and the runtime, and others.</summary>
    /// <param name="services">Those of the process.</param>
    /// <param name="service">The name that the figures carry.</param>
    /// <param name="others">Further meters.</param>
    public static void AddTelemetry(this IServiceCollection services, string service, params string[] others) =>
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service))
            .WithMetrics(metrics => metrics
                .AddMeter([EngineMeter.Name, "Microsoft.Orleans", "Polly", "System.Runtime", .. others])
                .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MaxSeries })
                .AddPrometheusExporter());

    /// <summary>Maps <c>/metrics</c> for GET only: by default it would answer every method.</summary>
    public static void MapTelemetry(this IEndpointRouteBuilder app) =>
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Grains.Batches;

namespace OrleansSale.Silo.Cluster;

/// <summary>Whether this silo's clock agrees with the database's.</summary>
public sealed class ClockCheck(IClockCheck clock) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "clock";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(clock.Fault is { } fault ? HealthCheckResult.Unhealthy(fault) : HealthCheckResult.Healthy());
}

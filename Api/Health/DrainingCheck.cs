using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansSale.Api.Health;

/// <summary>A stopping front is not ready, although it still answers.</summary>
public sealed class DrainingCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "front";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("draining") : HealthCheckResult.Healthy());
}

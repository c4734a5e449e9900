using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Health;

/// <summary>Whether documents can be stored: orders' checkouts and deliveries, the catalogue.</summary>
internal sealed class DocumentsCheck(GrainFile file) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "documents";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await file.FindFaultAsync() is { } fault
            ? HealthCheckResult.Unhealthy($"documents cannot be stored: {fault}")
            : HealthCheckResult.Healthy();
}

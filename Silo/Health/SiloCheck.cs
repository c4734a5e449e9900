using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Health;

/// <summary>Whether this silo can sell: it has joined, and its ledger takes commits.</summary>
public sealed class SiloCheck(ISiloStatusOracle status, ILedger ledger, ICommitCheck commits) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "silo";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (status.CurrentStatus != SiloStatus.Active)
            return HealthCheckResult.Unhealthy($"the silo is {status.CurrentStatus}");
        var fault = await StorageGrain.FindFaultAsync(ledger, commits, cancellationToken);
        return fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(fault);
    }
}

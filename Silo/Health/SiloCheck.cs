using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Health;

/// <summary>Whether this silo can sell: it has joined, and reaches its ledger.</summary>
public sealed class SiloCheck(ISiloStatusOracle status, ILedger ledger) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "silo";

    private const string NoStream = "batch/.";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (status.CurrentStatus != SiloStatus.Active) return HealthCheckResult.Unhealthy($"the silo is {status.CurrentStatus}");
        try
        {
            await ledger.ReadHeadAsync(NoStream, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (SaleUnavailableException)
        {
            return HealthCheckResult.Unhealthy("the database does not answer");
        }
    }
}

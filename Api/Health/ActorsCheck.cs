using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Api.Health;

/// <summary>Whether the actors answer, and whether their storage takes what they decide.</summary>
public sealed class ActorsCheck(CatalogueCopy catalogue, IGrainFactory grains) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "storage";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (await grains.GetGrain<IStorageGrain>(0).FindFaultAsync() is { } fault) return HealthCheckResult.Unhealthy(fault);
            await catalogue.RefreshAsync();
            return HealthCheckResult.Healthy();
        }
        catch (StorageDamagedException)
        {
            return HealthCheckResult.Unhealthy("the ledger's storage is damaged");
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            return HealthCheckResult.Unhealthy("the actors or their storage do not answer");
        }
    }
}

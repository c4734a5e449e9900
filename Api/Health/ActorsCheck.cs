using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Api.Batches;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Api.Health;

/// <summary>Whether the actors answer, and whether their storage takes what they decide.</summary>
public sealed class ActorsCheck(CatalogueCopy catalogue, IGrainFactory grains) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "storage";

    private const string NoBatch = ".";

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // The catalogue answers from memory; the ledger of a batch that cannot be is looked for in storage.
            await catalogue.RefreshAsync();
            await grains.GetGrain<ILedgerExportGrain>(NoBatch).ReadAsync(1);
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

using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Silo.Health;

/// <summary>
/// Names the batches whose ledger is damaged or whose key is missing. The other batches still sell, so the process
/// stays ready.
/// </summary>
public sealed class DamageCheck(IGrainFactory grains) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "damaged";

    /// <summary>Most batches that are named.</summary>
    public const int MaxNamed = 20;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var damaged = await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).ListDamagedAsync();
            if (damaged.Length == 0) return HealthCheckResult.Healthy();
            var more = damaged.Length > MaxNamed ? $" and {damaged.Length - MaxNamed} more" : "";
            return HealthCheckResult.Degraded(
                string.Join(", ", damaged.Take(MaxNamed).Select(NameOf)) + more);
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            // Another check reports that.
            return HealthCheckResult.Healthy();
        }
    }

    private static string NameOf(Fault damage) =>
        damage.Kind == FaultKind.BatchKeyMissing ? $"{damage.Batch} (its key)" : damage.Batch!;
}

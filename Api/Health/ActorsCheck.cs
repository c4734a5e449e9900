using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Api.Health;

/// <summary>
/// Whether the actors answer, and whether their storage takes commits. However many ask, the actors are asked at most
/// once in <see cref="MaxAge"/>.
/// </summary>
public sealed class ActorsCheck(CatalogueCopy catalogue, IGrainFactory grains, TimeProvider timeProvider) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "storage";

    /// <summary>The oldest outcome that is given again, counted from the question.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(500);

    private readonly Lock _asking = new();
    private Task<HealthCheckResult>? _outcome;
    private long _askedAt;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_asking)
        {
            // A question without an answer for that long is not waited for: it may be one to a silo that has gone.
            if (_outcome is null || timeProvider.GetElapsedTime(_askedAt) >= MaxAge)
                (_askedAt, _outcome) = (timeProvider.GetTimestamp(), Task.Run(AskAsync, CancellationToken.None));
            return _outcome;
        }
    }

    private async Task<HealthCheckResult> AskAsync()
    {
        try
        {
            if (await grains.GetGrain<IStorageGrain>(0).FindFaultAsync() is { } fault)
                return HealthCheckResult.Unhealthy(fault);
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

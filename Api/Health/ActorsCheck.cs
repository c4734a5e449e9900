using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Api.Health;

/// <summary>
/// Whether the actors answer, and whether their storage takes commits. The actors are called at most once in
/// <see cref="MaxAge"/>, however many requests there are.
/// </summary>
public sealed class ActorsCheck(CatalogueCopy catalogue, IGrainFactory grains, TimeProvider timeProvider) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "storage";

    /// <summary>The oldest outcome that is returned again, counted from the call.</summary>
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
            // A call that has no answer after that long is abandoned: its silo may be gone.
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

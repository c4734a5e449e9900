using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSale.Grains.Clock;

namespace OrleansSale.Silo.Clock;

/// <summary>
/// Whether this process' clock is reliable. Unhealthy if it differs from the database's, so that other processes serve
/// instead. Degraded if it jumped a while ago, or a batch's time is ahead of it: the engine still sells, because no
/// other process would do better, but operators need to know.
/// </summary>
public sealed class ClockCheck(ClockJumps jumps, IClockCheck? clock = null, BatchLeads? leads = null) : IHealthCheck
{
    /// <summary>Its name.</summary>
    public const string Name = "clock";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            clock?.Fault is { } fault ? HealthCheckResult.Unhealthy(fault)
            : Describe() is { } described ? HealthCheckResult.Degraded(described)
            : HealthCheckResult.Healthy());

    private string? Describe()
    {
        var ahead = leads is not { Count: > 0 } ? null : string.Create(CultureInfo.InvariantCulture,
            $"the time of {leads.Count} batches is ahead of the clock, by up to {leads.Longest.TotalSeconds:0.0} s");
        return jumps.Latest is not { } jump ? ahead : ahead is null ? jump.Describe() : $"{jump.Describe()}; {ahead}";
    }
}

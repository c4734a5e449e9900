using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansSale.Silo.Health;

/// <summary>
/// A check that answers in time even if the inner check does not. The inner check is then cancelled, so that unanswered
/// checks do not pile up. Exceptions are hidden from the public, because their messages may contain anything.
/// </summary>
internal sealed class BoundedCheck(IHealthCheck check) : IHealthCheck
{
    /// <summary>How long a check may take.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "Any exception of a check is its fault and reported as that.")]
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Within);
        try
        {
            return await Task.Run(() => check.CheckHealthAsync(context, bound.Token), bound.Token)
                .WaitAsync(bound.Token);
        }
        catch (OperationCanceledException) when (
            bound.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"no answer within {Within.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("the check failed");
        }
    }
}

using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Silo.Cluster;

/// <summary>A front that finds no silo keeps looking, so silos and fronts may start in any order.</summary>
public sealed partial class SiloSearch(ILogger<SiloSearch> log)
    : IClientConnectionRetryFilter, ILifecycleParticipant<IClusterClientLifecycle>
{
    /// <summary>Between two tries.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Outage _outage = new("silo-search");

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (_outage.Fails(exception.GetType().Name)) Log.NoSilo(log, exception.Message);
        try
        {
            await Task.Delay(Interval, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The client's lifecycle begins when it is connected.</summary>
    public void Participate(IClusterClientLifecycle lifecycle) => lifecycle.Subscribe<SiloSearch>(
        ServiceLifecycleStage.Active,
        _ =>
        {
            if (_outage.Ends() is { } failures) Log.Found(log, failures);
            return Task.CompletedTask;
        });

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No silo accepts this front yet; the front keeps trying ({Reason})")]
        public static partial void NoSilo(ILogger log, string reason);

        [LoggerMessage(2, LogLevel.Information, "A silo accepts this front, after {Failures} failed tries")]
        public static partial void Found(ILogger log, int failures);
    }
}

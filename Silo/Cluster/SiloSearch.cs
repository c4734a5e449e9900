using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Silo.Cluster;

/// <summary>A front that finds no silo goes on looking: silos and fronts may be started in any order.</summary>
public sealed partial class SiloSearch(ILogger<SiloSearch> log) : IClientConnectionRetryFilter
{
    /// <summary>Between two looks.</summary>
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No silo takes this front yet; looking on ({Reason})")]
        public static partial void NoSilo(ILogger log, string reason);
    }
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.Grains.Clock;
using OrleansSale.Silo.Storage.Postgres;

namespace OrleansSale.Silo.Cluster;

/// <summary>
/// Compares this process' clock with the database's, which all silos and fronts share. A process that is off by more
/// than <see cref="MaxOffset"/> is not ready, and a silo then takes no batch. It continues by itself when its clock is
/// right again.
/// </summary>
public sealed partial class ClockWatch(PostgresDatabase database, ILogger<ClockWatch> log)
    : IHostedService, IClockCheck, IFaultSource, IDisposable
{
    /// <summary>The most that the clocks may differ.</summary>
    public static readonly TimeSpan MaxOffset = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two comparisons.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Outage _outage = new("clock");
    private volatile string? _fault = "the clock was not compared with the database's yet";
    private DateTimeOffset _since = DateTimeOffset.UtcNow;
    private bool _isOff;
    private Task _watching = Task.CompletedTask;

    /// <inheritdoc/>
    public string? Fault => _fault;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Fault>> ListAsync() => Task.FromResult<IReadOnlyList<Fault>>(
        _fault is { } fault ? [new Fault(FaultKind.Clock, null, _since, $"This front: {fault}.")] : []);

    /// <summary>Compares once before it returns, and then all the time.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await CompareAsync(cancellationToken);
        _watching = WatchAsync();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) await CompareAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        try
        {
            Judge(TimeSpan.FromMilliseconds(
                await database.MeasureClockOffsetAsync(cancellationToken: cancellationToken)));
            _outage.Succeeds();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // Without the database nothing is sold, and clocks do not drift far meanwhile. So the last result stays
            // valid.
            if (_outage.Fails(e.GetType().Name)) Log.NotCompared(log, e.Message);
        }
    }

    private void Judge(TimeSpan offset)
    {
        var fault = Describe(offset);
        // The offset changes all the time, so only the first fault is logged.
        if (fault is not null && !_isOff) Log.Off(log, fault);
        else if (fault is null && _fault is not null) Log.Right(log, offset.TotalMilliseconds);
        if (fault is not null && !_isOff) _since = DateTimeOffset.UtcNow;
        (_fault, _isOff) = (fault, fault is not null);
    }

    /// <summary>The fault of a clock that is this far behind the database's (negative: ahead); null: none.</summary>
    internal static string? Describe(TimeSpan offset) => offset.Duration() <= MaxOffset ? null
        : $"the clock is {offset.Duration().TotalMilliseconds:N0} ms "
            + $"{(offset > TimeSpan.Zero ? "behind" : "ahead of")} the database's;"
            + $" {MaxOffset.TotalMilliseconds:N0} ms are allowed";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "This process is not ready, and takes no batch: {Fault}")]
        public static partial void Off(ILogger log, string fault);

        [LoggerMessage(
            2, LogLevel.Information, "The clock agrees with the database's (it differs by {Milliseconds:0} ms)")]
        public static partial void Right(ILogger log, double milliseconds);

        [LoggerMessage(3, LogLevel.Warning, "The clock could not be compared with the database's: {Reason}")]
        public static partial void NotCompared(ILogger log, string reason);
    }
}

using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.Silo.Clock;

/// <summary>
/// Compares this process' clock with its monotonic clock all the time, and reports every jump. It cannot know which of
/// the two instants was right: a correction is a jump too, and so is the time that a machine was suspended.
/// </summary>
public sealed partial class ClockJumps(TimeProvider timeProvider, ILogger<ClockJumps> log)
    : BackgroundService, IFaultSource
{
    /// <summary>The smallest jump. Corrections that NTP makes by slewing are smaller.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two comparisons.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a jump is reported.</summary>
    public static readonly TimeSpan ShownFor = TimeSpan.FromMinutes(10);

    // If the process lost the processor between the two readings, their comparison means nothing.
    private static readonly TimeSpan LongestReading = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private (DateTimeOffset Clock, long Timestamp)? _last;
    private (Jump Jump, long Timestamp)? _latest;

    /// <summary>The last jump while it is reported; null: none.</summary>
    public Jump? Latest
    {
        get
        {
            Look();
            lock (_lock)
                return _latest is { } latest && timeProvider.GetElapsedTime(latest.Timestamp) < ShownFor
                    ? latest.Jump
                    : null;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Fault>> ListAsync() => Task.FromResult<IReadOnlyList<Fault>>(
        Latest is { } jump
            ? [new Fault(FaultKind.Clock, null, jump.At, $"This process saw that {jump.Describe()}.")]
            : []);

    /// <summary>Compares the two clocks with their last readings.</summary>
    internal void Look()
    {
        if (Read() is not { } now) return;
        lock (_lock)
        {
            var last = _last ?? now;
            if (now.Timestamp < last.Timestamp) return;
            var by = now.Clock - last.Clock - timeProvider.GetElapsedTime(last.Timestamp, now.Timestamp);
            _last = now;
            if (by.Duration() < Least) return;
            _latest = (new Jump(now.Clock, by), now.Timestamp);
            Log.Jumped(log, _latest.Value.Jump.Describe());
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do Look();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private (DateTimeOffset Clock, long Timestamp)? Read()
    {
        var before = timeProvider.GetTimestamp();
        var clock = timeProvider.GetUtcNow();
        var after = timeProvider.GetTimestamp();
        return timeProvider.GetElapsedTime(before, after) > LongestReading ? null : (clock, after);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Jump}")]
        public static partial void Jumped(ILogger log, string jump);
    }
}

/// <summary>A jump of the clock.</summary>
/// <param name="At">Its time right after the jump.</param>
/// <param name="By">How far it jumped; negative: back.</param>
public readonly record struct Jump(DateTimeOffset At, TimeSpan By)
{
    /// <summary>A description of the jump.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"the clock jumped {(By > TimeSpan.Zero ? "ahead" : "back")} by {By.Duration().TotalSeconds:0.0} s,"
        + $" to {At:yyyy-MM-dd'T'HH:mm:ss'Z'}");
}

using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Keeps an actor whose stream is damaged. The actor stays active and answers every call with the damage. It reads
/// storage again at its own pace, so that calls cause no reads. The damage is logged when it is found and when it is
/// over. Once the stream can be read, the actor deactivates, and the next activation reads it.
/// </summary>
internal sealed partial class DamagedStream
{
    /// <summary>The pause between two reads; it doubles from the first value to the second.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), MaxPause = TimeSpan.FromMinutes(1);

    private readonly string _stream;
    private readonly IGrainBase _actor;
    private readonly Func<CancellationToken, Task> _read;
    private readonly Func<DamagedStream, Task> _report;
    private readonly ILogger _log;
    private readonly IGrainTimer _timer;
    private TimeSpan _pause = FirstPause;

    /// <summary>Starts the repeated reads.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="actor">Its actor.</param>
    /// <param name="found">The damage that was found.</param>
    /// <param name="read">Reads the stream as an activation does, with the same failures; it changes nothing.</param>
    /// <param name="report">Reports the damage, now and after every read.</param>
    /// <param name="since">The current instant.</param>
    /// <param name="log">The log.</param>
    public DamagedStream(
        string stream, IGrainBase actor, LedgerFormatException found, Func<CancellationToken, Task> read,
        Func<DamagedStream, Task> report, DateTimeOffset since, ILogger log)
    {
        (_stream, _actor, _read, _report, _log, Since, Detail) =
            (stream, actor, read, report, log, since, found.Message);
        Log.Found(log, stream, Detail);
        _timer = actor.RegisterGrainTimer(LookAsync, new GrainTimerCreationOptions(_pause, Timeout.InfiniteTimeSpan)
        {
            Interleave = true,
            KeepAlive = true,
        });
        _ = ReportAsync();
    }

    /// <summary>When it was found.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>The damage, in one line.</summary>
    public string Detail { get; private set; }

    /// <summary>Whether it is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The answer to every call.</summary>
    public StorageDamagedException Failure() => new($"{_stream} is damaged: {Detail}");

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _read(cancellationToken);
            IsOver = true;
            Log.Over(_log, _stream);
            _actor.DeactivateOnIdle();
        }
        catch (LedgerFormatException e)
        {
            Detail = e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Storage failed. The last finding stands, and the next read is made in any case.
        }
        await ReportAsync();
        if (IsOver) return;
        _pause = _pause * 2 < MaxPause ? _pause * 2 : MaxPause;
        _timer.Change(_pause, Timeout.InfiniteTimeSpan);
    }

    private async Task ReportAsync()
    {
        try
        {
            await _report(this);
        }
        catch (Exception e) when (LostInfrastructure.Is(e) || e is StorageDamagedException)
        {
            // The next read reports again.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Stream} is damaged; requests for it fail until it is repaired: {Detail}")]
        public static partial void Found(ILogger log, string stream, string detail);

        [LoggerMessage(2, LogLevel.Information, "{Stream} can be read again")]
        public static partial void Over(ILogger log, string stream);
    }
}

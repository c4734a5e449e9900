using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// The life of an actor whose stream is damaged: it stays active, answers every call with that, and looks at storage
/// again at a pace of its own, so no call costs a reading. It is logged when it is found and when it is over. Once the
/// stream can be read, the actor makes way for an activation that reads it.
/// </summary>
internal sealed partial class DamagedStream
{
    /// <summary>Between two looks: it doubles from the first to the second.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(1);

    private readonly string _stream;
    private readonly IGrainBase _actor;
    private readonly Func<CancellationToken, Task> _read;
    private readonly Func<DamagedStream, Task> _tell;
    private readonly ILogger _log;
    private readonly IGrainTimer _timer;
    private TimeSpan _pause = FirstPause;

    /// <summary>Begins to look again.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="actor">Its actor.</param>
    /// <param name="found">What is wrong with it.</param>
    /// <param name="read">Reads it as an activation does, and fails as that does; it changes nothing.</param>
    /// <param name="tell">Tells others, now and after every look.</param>
    /// <param name="since">Now.</param>
    /// <param name="log">Where it is told.</param>
    public DamagedStream(
        string stream, IGrainBase actor, LedgerFormatException found, Func<CancellationToken, Task> read,
        Func<DamagedStream, Task> tell, DateTimeOffset since, ILogger log)
    {
        (_stream, _actor, _read, _tell, _log, Since, Detail) = (stream, actor, read, tell, log, since, found.Message);
        Log.Found(log, stream, Detail);
        _timer = actor.RegisterGrainTimer(LookAsync, new GrainTimerCreationOptions(_pause, Timeout.InfiniteTimeSpan)
        {
            Interleave = true,
            KeepAlive = true,
        });
        _ = TellAsync();
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
            // Storage does not answer, or not as it should: the last finding stands, and the next look is made in any
            // case.
        }
        await TellAsync();
        if (IsOver) return;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        _timer.Change(_pause, Timeout.InfiniteTimeSpan);
    }

    private async Task TellAsync()
    {
        try
        {
            await _tell(this);
        }
        catch (Exception e) when (LostInfrastructure.Is(e) || e is StorageDamagedException)
        {
            // It is told again after the next look.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Stream} is damaged and answers nothing until it is repaired: {Detail}")]
        public static partial void Found(ILogger log, string stream, string detail);

        [LoggerMessage(2, LogLevel.Information, "{Stream} can be read again")]
        public static partial void Over(ILogger log, string stream);
    }
}

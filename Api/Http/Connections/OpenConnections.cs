using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Http.Connections;

/// <summary>
/// Counts the clients' connections, so that they never take the last open file from buyers. When few places are left,
/// clients are asked to disconnect after their answer, and silent connections are closed soon. So places become free
/// for others.
/// </summary>
public sealed partial class OpenConnections(IOptions<ConnectionOptions> options, ILogger<OpenConnections> log)
{
    /// <summary>
    /// How long a new connection may be silent before and between its requests while the front is crowded.
    /// </summary>
    public static readonly TimeSpan CrowdedSilence = TimeSpan.FromSeconds(5);

    /// <summary>Closed connections are logged at most this often.</summary>
    public static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly int _max = options.Value.MaxConnections!.Value;
    private readonly Lock _counting = new();
    private KestrelServerLimits? _limits;
    private (TimeSpan KeepAlive, TimeSpan Headers) _relaxed;
    private volatile bool _isCrowded;
    private int _open, _refused;
    private long? _loggedAt;

    /// <summary>Whether more than seven of eight places are taken.</summary>
    public bool IsCrowded => _isCrowded;

    /// <summary>Makes these limits stricter while the front is crowded.</summary>
    public void Govern(KestrelServerLimits limits) =>
        (_limits, _relaxed) = (limits, (limits.KeepAliveTimeout, limits.RequestHeadersTimeout));

    /// <summary>Takes a place for a connection until it closes; false: there is none.</summary>
    public bool TryEnter(ConnectionContext connection)
    {
        lock (_counting)
        {
            if (_open >= _max)
            {
                LogRefused();
                return false;
            }
            Change(+1);
        }
        connection.ConnectionClosed.UnsafeRegister(_ => Leave(), null);
        return true;
    }

    private void Leave()
    {
        lock (_counting) Change(-1);
    }

    private void Change(int by)
    {
        _open += by;
        var isCrowded = _open > _max - _max / 8;
        if (isCrowded == _isCrowded) return;
        _isCrowded = isCrowded;
        // The server reads the limits at the beginning of each connection.
        if (_limits is null) return;
        _limits.KeepAliveTimeout = isCrowded ? CrowdedSilence : _relaxed.KeepAlive;
        _limits.RequestHeadersTimeout = isCrowded ? CrowdedSilence : _relaxed.Headers;
    }

    private void LogRefused()
    {
        _refused++;
        var now = TimeProvider.System.GetTimestamp();
        if (_loggedAt is { } logged && TimeProvider.System.GetElapsedTime(logged, now) < LogInterval) return;
        Log.Full(log, _refused, _max);
        (_loggedAt, _refused) = (now, 0);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{Refused} connections were closed: all {Most} places (Sale:MaxConnections) are taken")]
        public static partial void Full(ILogger log, int refused, int most);
    }
}

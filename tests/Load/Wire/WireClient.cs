using System.Net;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>Sends work over a fixed number of keep-alive connections.</summary>
/// <remarks>
/// Open loop: a request is due at its intended start whatever became of the ones before, and its latency counts from
/// there. If all
/// connections are busy then, it waits for one, and that wait is part of its latency.
/// </remarks>
internal sealed class WireClient : IDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(250);

    private readonly WireConnection[] _connections;
    private readonly TimeSpan _answerWithin;
    private readonly Timer _watch;

    /// <summary>Makes a client; connections are opened when they are first needed.</summary>
    /// <param name="servers">Where to: the connections are shared out among them.</param>
    /// <param name="connections">How many, 1 or more.</param>
    /// <param name="answerWithin">After this long without an answer the connection is ended and the request counts as
    /// failed.</param>
    public WireClient(IReadOnlyList<IPEndPoint> servers, int connections, TimeSpan answerWithin)
    {
        _answerWithin = answerWithin;
        _connections =
            [.. Enumerable.Range(0, connections).Select(index => new WireConnection(servers[index % servers.Count]))];
        _watch = new Timer(_ => EndSilentConnections(), null, WatchInterval, WatchInterval);
    }

    /// <summary>Does the work; returns when every request is done or given up.</summary>
    public Task RunAsync(IWireWork work, CancellationToken cancellationToken)
    {
        var arrivals = new Arrivals(work);
        return Task.WhenAll(_connections.Select(Serve));

        Task Serve(WireConnection connection) => ServeAsync(connection, work, arrivals, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        foreach (var connection in _connections) connection.Dispose();
    }

    private static async Task ServeAsync(
        WireConnection connection, IWireWork work, Arrivals arrivals, CancellationToken cancellationToken)
    {
        // The pool's threads do the work; the caller's thread only starts it.
        await Task.Yield();
        while (await arrivals.NextAsync(cancellationToken) is var index and >= 0)
        {
            TimeSpan? again;
            try
            {
                again = work.Answered(index, await connection.AskAsync(work.Request(index)));
            }
            catch (WireException exception)
            {
                again = work.Failed(index, exception.Message);
            }

            if (again is { } after) arrivals.Again(index, after);
            else arrivals.Done();
        }
    }

    private void EndSilentConnections()
    {
        foreach (var connection in _connections) connection.EndIfWaitingFor(_answerWithin);
    }
}

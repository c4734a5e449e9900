using System.Net;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>Sends requests over keep-alive connections, one at a time on each, as browsers do.</summary>
/// <remarks>
/// Open loop: a request is due at its intended start whatever became of the ones before, and its latency counts from
/// there. If all connections are busy then, it waits for one, and that wait is part of its latency.
/// </remarks>
internal sealed class WireClient : IDisposable
{
    /// <summary>How often it is looked whether an answer takes too long.</summary>
    private const int WatchMilliseconds = 250;

    private readonly Epoll _epoll = new();
    private readonly WireConnection[] _connections;
    private readonly TimeSpan _answerWithin;

    /// <param name="servers">Where to: the connections are shared out among them, and opened when first needed.</param>
    /// <param name="answerWithin">After this long without an answer a request counts as failed.</param>
    /// <param name="maxAnswerBytes">The longest answer accepted, head and body together.</param>
    public WireClient(
        IReadOnlyList<IPEndPoint> servers, int connections, TimeSpan answerWithin,
        int maxAnswerBytes = WireAnswer.ApiBytes)
    {
        _answerWithin = answerWithin;
        _connections = [.. Enumerable.Range(0, connections)
            .Select(number => new WireConnection(_epoll, servers[number % servers.Count], number, maxAnswerBytes))];
    }

    /// <summary>Sends them on a thread of its own, until every one is done or given up.</summary>
    public Task RunAsync(Requests work, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Run(work, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Close();
        _epoll.Dispose();
    }

    /// <summary>How long to wait for a moment that is so many ticks away.</summary>
    /// <remarks>
    /// Cut to 0 ms it would be no wait: the loop would take a core, until the request is due, from those whose speed is
    /// measured.
    /// </remarks>
    public static int MillisecondsFor(long ticks) => (int)Math.Clamp(
        Math.Ceiling(ticks * 1e3 / Stopwatch.Frequency), 0, WatchMilliseconds);

    private void Run(Requests work, CancellationToken cancellationToken)
    {
        var (idle, repeats) = (new Queue<WireConnection>(_connections), new PriorityQueue<int, long>());
        var (next, left, watched) = (0, work.Count, Stopwatch.GetTimestamp());
        while (left > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (idle.Count > 0 && NextDue() <= Stopwatch.GetTimestamp())
            {
                var index = RepeatAt() <= Stopwatch.GetTimestamp() ? repeats.Dequeue() : next++;
                var connection = idle.Dequeue();
                connection.Ask(index, work.Send(index));
                Proceed(connection);
            }

            var wait = idle.Count == 0 ? long.MaxValue : NextDue() - Stopwatch.GetTimestamp();
            var events = _epoll.Wait(MillisecondsFor(wait));
            for (var one = 0; one < events; one++) Proceed(_connections[_epoll.NumberOf(one)]);
            if (Stopwatch.GetElapsedTime(watched).TotalMilliseconds < WatchMilliseconds) continue;
            watched = Stopwatch.GetTimestamp();
            foreach (var connection in _connections.Where(one => one.WaitsFor() > _answerWithin))
                Settle(connection, "no answer came in time");
        }

        long RepeatAt() => repeats.TryPeek(out _, out var at) ? at : long.MaxValue;

        long NextDue() => Math.Min(next < work.Count ? work.DueAt(next) : long.MaxValue, RepeatAt());

        void Proceed(WireConnection connection)
        {
            if (connection.Proceed(out var failure)) Settle(connection, failure);
        }

        void Settle(WireConnection connection, string? failure)
        {
            var index = connection.Settle(failure);
            var again = failure is null ? work.Answered(index, connection.Answer) : work.Failed(index, failure);
            idle.Enqueue(connection);
            if (again is not { } after) left--;
            else repeats.Enqueue(index, Stopwatch.GetTimestamp() + (long)(after.TotalSeconds * Stopwatch.Frequency));
        }
    }
}

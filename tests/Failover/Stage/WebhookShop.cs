using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Failover.Stage;

/// <summary>
/// A merchant's receiver of webhooks. It takes one request after the other, so the order in which events came is known.
/// One that a scenario holds it neither takes nor answers.
/// </summary>
internal sealed class WebhookShop : IDisposable
{
    private readonly SerialListener _listener;
    private readonly ConcurrentQueue<(string Batch, long Seq)> _events = new();
    private TaskCompletionSource<HeldRequest>? _wanted;

    public WebhookShop() => _listener = new SerialListener(TakeAsync);

    /// <summary>Where it listens.</summary>
    public int Port => _listener.Port;

    /// <summary>The same as an address.</summary>
    public string Address => _listener.Address;

    /// <summary>The entries of a batch that it took, in the order in which they came first.</summary>
    public IReadOnlyList<long> EntriesOf(string batch) =>
        [.. _events.Where(one => one.Batch == batch).Select(one => one.Seq).Distinct()];

    /// <summary>Holds the next request. Nothing is taken until it is let go.</summary>
    public async Task<HeldRequest> HoldNextAsync(TimeSpan within)
    {
        var wanted = new TaskCompletionSource<HeldRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _wanted, wanted);
        return await wanted.Task.WaitAsync(within);
    }

    public void Dispose() => _listener.Dispose();

    private async Task TakeAsync(HttpListenerContext context, JsonElement body)
    {
        if (Interlocked.Exchange(ref _wanted, null) is { } wanted)
        {
            var held = new HeldRequest(context.Request.RemoteEndPoint.Port);
            wanted.SetResult(held);
            await held.LetGo;
            context.Response.Abort();
            return;
        }
        var data = body.GetProperty("data");
        foreach (var one in data.GetProperty("events").EnumerateArray())
            _events.Enqueue((data.GetProperty("batch").GetString()!, one.GetProperty("seq").GetInt64()));
        context.Response.StatusCode = (int)HttpStatusCode.NoContent;
        context.Response.Close();
    }

    /// <summary>A request that has arrived, and is neither taken nor answered.</summary>
    /// <param name="port">The sender's end of its connection.</param>
    internal sealed class HeldRequest(int port)
    {
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The sender's end of its connection.</summary>
        public int Port => port;

        internal Task LetGo => _letGo.Task;

        /// <summary>The receiver goes on without it.</summary>
        public void Drop() => _letGo.SetResult();
    }
}

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
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Batch, long Seq)> _events = new();
    private TaskCompletionSource<HeldRequest>? _wanted;

    public WebhookShop()
    {
        Port = LoopbackPorts.Free();
        Address = $"http://127.0.0.1:{Port}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    public string Address { get; }

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

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            await TakeAsync(context);
        }
    }

    private async Task TakeAsync(HttpListenerContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
        if (Interlocked.Exchange(ref _wanted, null) is { } wanted)
        {
            var held = new HeldRequest(context.Request.RemoteEndPoint.Port);
            wanted.SetResult(held);
            await held.LetGo;
            context.Response.Abort();
            return;
        }
        var data = body.RootElement.GetProperty("data");
        foreach (var one in data.GetProperty("events").EnumerateArray())
            _events.Enqueue((data.GetProperty("batch").GetString()!, one.GetProperty("seq").GetInt64()));
        try
        {
            context.Response.StatusCode = (int)HttpStatusCode.NoContent;
            context.Response.Close();
        }
        catch (HttpListenerException)
        {
            // Its sender is dead.
        }
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

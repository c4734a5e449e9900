using System.Net;
using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>
/// An HTTP server on loopback that takes one request after the other, so the order in which they came is known.
/// Disposing ends it.
/// </summary>
public sealed class SerialListener : IDisposable
{
    private readonly HttpListener _listener = new();
    private volatile Exception? _fault;

    /// <summary>Listens from now on.</summary>
    /// <param name="takeAsync">Takes a request with its body, and answers or aborts it.</param>
    public SerialListener(Func<HttpListenerContext, JsonElement, Task> takeAsync)
    {
        Port = LoopbackPorts.Free();
        Address = $"http://127.0.0.1:{Port}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = ServeAsync(takeAsync);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>The same as an address.</summary>
    public string Address { get; }

    /// <summary>Ends it.</summary>
    /// <exception cref="EngineException">It could not take a request, which is why nothing came any more.</exception>
    public void Dispose()
    {
        ((IDisposable)_listener).Dispose();
        if (_fault is { } fault) throw new EngineException($"a request could not be taken: {fault}");
    }

    private async Task ServeAsync(Func<HttpListenerContext, JsonElement, Task> takeAsync)
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
            try
            {
                using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
                await takeAsync(context, body.RootElement);
            }
            catch (Exception e) when (e is HttpListenerException or IOException or JsonException)
            {
                // Its sender is dead. It was cut off, or nobody reads the answer.
                context.Response.Abort();
            }
            catch (Exception e)
            {
                _fault = e;
                return;
            }
        }
    }
}

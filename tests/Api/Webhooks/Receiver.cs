using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Tests.Api.Webhooks;

/// <summary>A request that a receiver got.</summary>
internal sealed record Received(string Path, Dictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    /// <summary>The events of the body; none if it is a test.</summary>
    public JsonElement[] Events
    {
        get
        {
            using var body = JsonDocument.Parse(Body);
            return body.RootElement.GetProperty("data").TryGetProperty("events", out var events)
                ? [.. events.EnumerateArray().Select(one => one.Clone())] : [];
        }
    }
}

/// <summary>A merchant's receiver of webhooks: it keeps what it gets, and answers as a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _all = new();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>The answer to a request; 204 by default.</summary>
    public Func<Received, HttpContext, Task<int>> Answer { get; set; } =
        (_, _) => Task.FromResult(StatusCodes.Status204NoContent);

    public IReadOnlyList<Received> All => [.. _all];

    /// <summary>The events that requests to a path had, in order, repeats included.</summary>
    public IReadOnlyList<JsonElement> EventsAt(string path) =>
        [.. _all.Where(request => request.Path == path).SelectMany(request => request.Events)];

    public string At(string path) => new Uri(new Uri(_app.Urls.First()), path).AbsoluteUri;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/{**path}", (Delegate)receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var headers = http.Request.Headers
            .Where(header => header.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var request = new Received(http.Request.Path, headers, await reader.ReadToEndAsync());
        _all.Enqueue(request);
        return Results.StatusCode(await Answer(request, http));
    }
}

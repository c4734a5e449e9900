using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Tests.Api.Messages;

/// <summary>A merchant's receiver of webhooks, which takes nothing that is not signed.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Secret = "whsec_d2ViaG9va3Mtb2YtYS10ZXN0LXNob3AhIQ==";

    private static readonly WebhookSignature Signature = new(WebhookSecrets.Parse(Secret)!);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Id, byte[] Body)> _taken = new();

    private Shop(WebApplication app) => _app = app;

    /// <summary>What the n-th request (from 1) is answered.</summary>
    public Func<int, int> Answer { get; set; } = _ => StatusCodes.Status204NoContent;

    public IReadOnlyList<(string Id, byte[] Body)> Taken => [.. _taken];

    public Uri Address => new(new Uri(_app.Urls.First()), "/hook");

    public static async Task<Shop> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var shop = new Shop(app);
        app.MapPost("/hook", (Delegate)shop.ReceiveAsync);
        await app.StartAsync();
        return shop;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers;
        var (id, timestamp) = (headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString());
        var verdict = Signature.Verify(
            id, timestamp, headers["webhook-signature"].ToString(), body.ToArray(), DateTimeOffset.UtcNow);
        if (verdict != SignatureVerdict.Valid)
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        _taken.Enqueue((id, body.ToArray()));
        return Results.StatusCode(Answer(_taken.Count));
    }
}

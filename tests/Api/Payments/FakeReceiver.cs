using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Silo.Payments.Protocol;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>
/// A merchant's notification endpoint that answers as the test says; keeps what it was sent, verified as the engine
/// does.
/// </summary>
internal sealed class FakeReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly CancellationTokenSource _stopping = new();

    private FakeReceiver(WebApplication app) => _app = app;

    /// <summary>What the n-th message (from 1) is answered; null: nothing, it hangs.</summary>
    public Func<int, int?> Answer { get; set; } = _ => StatusCodes.Status204NoContent;

    public IReadOnlyList<Received> All => [.. _received];

    public Uri Address => new(new Uri(_app.Urls.First()), "/api/payments/notifications");

    public static async Task<FakeReceiver> StartAsync(string address = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new FakeReceiver(app);
        app.MapPost("/api/payments/notifications", (Delegate)receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until <paramref name="count"/> messages have come.</summary>
    public async Task<IReadOnlyList<Received>> WaitForAsync(int count)
    {
        await Eventually.HoldsAsync(() => _received.Count >= count, $"{count} notifications");
        return All;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var verifier = new ProtocolNotifications(Convert.ToBase64String(SandboxHost.Secret));
        var headers = context.Request.Headers;
        var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(headers["webhook-timestamp"].ToString()));
        var notification = verifier.Read(
            new NotificationMessage(name => headers[name], body.ToArray()), DateTimeOffset.UtcNow);
        _received.Enqueue(new Received(headers["webhook-id"].ToString(), at, notification));
        if (Answer(_received.Count) is { } status) return Results.StatusCode(status);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, context.RequestAborted);
        await Task.WhenAny(Task.Delay(Timeout.Infinite, either.Token));
        return Results.StatusCode(StatusCodes.Status500InternalServerError);
    }
}

/// <summary>What the merchant's endpoint got: verified by the engine's own receiver.</summary>
internal sealed record Received(string Id, DateTimeOffset At, PaymentNotification Notification);

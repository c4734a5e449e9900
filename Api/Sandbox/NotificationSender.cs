using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Data.Sqlite;
using OrleansSale.Api.Payments;

namespace OrleansSale.Api.Sandbox;

/// <summary>Sends the notifications of the outbox until each is answered 2xx, some at a time, in no order.</summary>
internal sealed partial class NotificationSender(
    NotificationOutbox outbox,
    SandboxOptions options,
    IHttpClientFactory clients,
    IServer server,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<NotificationSender> logger) : BackgroundService
{
    /// <summary>Name of the HTTP client.</summary>
    public const string ClientName = "sandbox-notifications";

    /// <summary>How long the outbox is left alone if nothing is due and nobody says otherwise.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The pause after the store failed.</summary>
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(1);

    private readonly WebhookSignature _signature = new(options.WebhookSecrets);
    private readonly ConcurrentDictionary<string, Task> _underWay = new();
    private volatile string? _storeFault;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var next = StartDue(stoppingToken);
                _storeFault = null;
                var wait = (next - clock.GetUtcNow()) ?? LongestWait;
                await outbox.WaitAsync(
                    wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (SqliteException e)
            {
                TellStoreFault(e);
                await Task.Delay(FaultPause, clock, CancellationToken.None);
            }
        }

        await Task.WhenAll(_underWay.Values);
    }

    // The receiver is this very process by default: it listens once the application has started.
    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await using var onStopping = stoppingToken.Register(() => started.TrySetResult());
        await started.Task;
    }

    // What is under way is still due in the outbox. It is noted before the outbox is read: only this loop starts
    // anything, so what is not noted has ended, with its outcome recorded, before the read. Twice as many rows as may
    // be under way contain every one that can be started; each one that ends wakes the loop.
    private DateTimeOffset? StartDue(CancellationToken stoppingToken)
    {
        var underWay = _underWay.Keys.ToHashSet();
        var (due, next) = outbox.Due(2 * options.ConcurrentNotifications);
        var free = options.ConcurrentNotifications - underWay.Count;
        foreach (var notification in due.Where(notification => !underWay.Contains(notification.Id)).Take(free))
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _underWay[notification.Id] = done.Task;
            _ = DeliverAsync(notification, done, stoppingToken);
        }

        return next;
    }

    private async Task DeliverAsync(
        DueNotification notification, TaskCompletionSource done, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield();
            var fault = await AttemptAsync(notification, stoppingToken);
            // Told when it changes; the list of payments tells how often it was tried.
            if (fault is not null && fault != notification.LastFault) LogNotDelivered(notification.Id, notification.Attempts + 1, fault);
            if (fault is null && notification.LastFault is not null) LogDelivered(notification.Id, notification.Attempts + 1);
            await outbox.RecordAsync(notification, fault);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Not recorded: it is due again after the restart.
        }
        catch (Exception e)
        {
            TellStoreFault(e);
            await Task.Delay(FaultPause, clock, CancellationToken.None);
        }
        finally
        {
            _underWay.TryRemove(notification.Id, out _);
            done.SetResult();
            outbox.Wake();
        }
    }

    /// <summary>Sends once; null if the receiver answered 2xx, else what happened.</summary>
    private async Task<string?> AttemptAsync(DueNotification notification, CancellationToken stoppingToken)
    {
        if (AddressOf(notification) is not { } address) return "no address to notify is known";
        var body = Encoding.UTF8.GetBytes(notification.Body);
        var timestamp = WebhookSignature.TimestampOf(clock.GetUtcNow());
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.IdHeader, notification.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, _signature.Sign(notification.Id, timestamp, body));

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        bound.CancelAfter(options.AttemptTimeout);
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound.Token);
            return response.IsSuccessStatusCode ? null : $"answered {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return $"no answer within {options.AttemptTimeout.TotalSeconds:0.#} s";
        }
        catch (HttpRequestException e)
        {
            return $"not reached: {e.HttpRequestError}";
        }
    }

    private Uri? AddressOf(DueNotification notification) =>
        notification.NotifyUrl is { } own ? new Uri(own)
        : options.NotificationAddress
            ?? (ListeningAddress.Of(server) is { } address ? new Uri(address, "/api/payments/notifications") : null);

    // Once until the store works again, or fails in another way.
    private void TellStoreFault(Exception e)
    {
        if (_storeFault != e.Message) LogStoreFault(e.Message);
        _storeFault = e.Message;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {Id}, attempt {Attempt}: {Fault}")]
    private partial void LogNotDelivered(string id, long attempt, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {Id}, attempt {Attempt}: delivered")]
    private partial void LogDelivered(string id, long attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "The sandbox's store failed; trying again: {Reason}")]
    private partial void LogStoreFault(string reason);
}

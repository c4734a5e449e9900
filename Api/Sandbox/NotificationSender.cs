using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Data.Sqlite;
using OrleansSale.Api.Payments;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// Sends the notifications of the outbox until each is answered 2xx, several at a time, in any order.
/// </summary>
internal sealed partial class NotificationSender(
    Outbox outbox,
    SandboxOptions options,
    IHttpClientFactory clients,
    IServer server,
    IHostApplicationLifetime lifetime,
    TimeProvider timeProvider,
    ILogger<NotificationSender> log) : BackgroundService
{
    /// <summary>Name of the HTTP client.</summary>
    public const string ClientName = "sandbox-notifications";

    /// <summary>How long the sender waits if nothing is due and nobody wakes it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The pause after the store failed.</summary>
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(1);

    private readonly WebhookSignature _signature = new(options.WebhookSecrets);
    private readonly Dictionary<string, Task> _underWay = [];
    private volatile string? _storeFault;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // By default the receiver is this process, which listens once the application has started.
        using var begin = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stoppingToken);
        await Task.Delay(Timeout.Infinite, begin.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var next = StartDue(stoppingToken);
                _storeFault = null;
                var wait = next - timeProvider.GetUtcNow() ?? LongestWait;
                await outbox.WaitAsync(
                    TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestWait.Ticks)), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (SqliteException e)
            {
                LogStoreFaultOnce(e);
                await Task.Delay(FaultPause, timeProvider, CancellationToken.None);
            }
        }

        await Task.WhenAll(_underWay.Values);
    }

    // A notification that is under way is still due in the outbox. The finished ones are forgotten before the outbox is
    // read: each had its outcome recorded by then. Twice as many rows as may be under way contain every one that can be
    // started; each one that ends wakes the loop.
    private DateTimeOffset? StartDue(CancellationToken stoppingToken)
    {
        foreach (var (id, delivery) in _underWay)
            if (delivery.IsCompleted) _underWay.Remove(id);
        var (due, next) = outbox.Due(2 * options.ConcurrentNotifications);
        var free = options.ConcurrentNotifications - _underWay.Count;
        var starting = due.Where(notification => !_underWay.ContainsKey(notification.Id)).Take(free).ToList();
        foreach (var notification in starting)
        {
            var delivery = DeliverAsync(notification, stoppingToken);
            _underWay[notification.Id] = delivery;
            _ = delivery.ContinueWith(
                _ => outbox.Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return next;
    }

    private async Task DeliverAsync(DueNotification notification, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield();
            var fault = await AttemptAsync(notification, stoppingToken);
            // A fault is logged when it changes; the list of payments says how often it was tried.
            var attempt = notification.Attempts + 1;
            if (fault is not null && fault != notification.LastFault)
                Log.NotDelivered(log, notification.Id, attempt, fault);
            if (fault is null && notification.LastFault is not null) Log.Delivered(log, notification.Id, attempt);
            await outbox.RecordAsync(notification, fault);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The attempt is not recorded, so the notification is due again after the restart.
        }
        catch (Exception e)
        {
            LogStoreFaultOnce(e);
            await Task.Delay(FaultPause, timeProvider, CancellationToken.None);
        }
    }

    /// <summary>Sends once; null if the receiver answered 2xx, else what happened.</summary>
    private async Task<string?> AttemptAsync(DueNotification notification, CancellationToken stoppingToken)
    {
        if (AddressOf(notification) is not { } address) return "no address to notify is known";
        using var request = _signature.RequestOf(
            address, notification.Id, Encoding.UTF8.GetBytes(notification.Body), timeProvider.GetUtcNow());
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
            ?? (ListeningAddress.Of(server) is { } address ? new Uri(address, options.NotificationPath) : null);

    // Logged once until the store works again, or fails in another way.
    private void LogStoreFaultOnce(Exception e)
    {
        if (_storeFault != e.Message) Log.StoreFailed(log, e.Message);
        _storeFault = e.Message;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Notification {Id}, attempt {Attempt}: {Fault}")]
        public static partial void NotDelivered(ILogger log, string id, long attempt, string fault);

        [LoggerMessage(2, LogLevel.Information, "Notification {Id}, attempt {Attempt}: delivered")]
        public static partial void Delivered(ILogger log, string id, long attempt);

        [LoggerMessage(3, LogLevel.Error, "The sandbox's store failed; trying again: {Reason}")]
        public static partial void StoreFailed(ILogger log, string reason);
    }
}

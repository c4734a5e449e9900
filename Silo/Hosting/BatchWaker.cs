using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Hosting;

/// <summary>
/// Wakes the batches, the announcements and the messages that have work left: when this silo has started, and whenever
/// another silo has left. So a batch's holds end on time even if no buyer uses it. Reminders are a second safeguard.
/// </summary>
public sealed partial class BatchWaker(
    IGrainFactory grains, IClusterMembershipService membership, ILocalSiloDetails self, ILogger<BatchWaker> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How often waking is retried when the catalogue does not answer.</summary>
    public const int MaxAttempts = 10;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Outage _outage = new("waking");
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe<BatchWaker>(
        ServiceLifecycleStage.Active,
        _ =>
        {
            // The start does not wait for this: a silo takes calls before every batch is awake.
            _running = RunAsync();
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await WakeAsync();
            var alive = 0;
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(_stopping.Token))
            {
                var active = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active)
                    .Select(member => member.SiloAddress).Order().ToList();
                var (before, first) = (alive, active.FirstOrDefault());
                alive = active.Count;
                // It is enough if one of the remaining silos does this.
                if (alive < before && self.SiloAddress.Equals(first)) await WakeAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // This silo is leaving.
        }
    }

    private async Task WakeAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // A call on a silo that stops may get no answer, and the stop waits until RunAsync has ended.
                await WakeOnceAsync().WaitAsync(_stopping.Token);
                return;
            }
            catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
            {
                if (_stopping.IsCancellationRequested) return;
                if (_outage.Fails(e.GetType().Name)) Log.NotWoken(log, e.Message);
                if (attempt == MaxAttempts) return;
            }
            await Task.Delay(RetryDelay, _stopping.Token);
        }
    }

    private async Task WakeOnceAsync()
    {
        var woken = await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).WakeAllAsync();
        var announcements = await grains.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key)
            .WakeAllAsync();
        var messages = await grains.GetGrain<IMessageIndexGrain>(IMessageIndexGrain.Key).WakeAllAsync();
        await grains.GetGrain<IFollowersGrain>(IFollowersGrain.Key).WakeAllAsync();
        await grains.GetGrain<IWebhookIndexGrain>(IWebhookIndexGrain.Key).WakeAllAsync();
        if (_outage.Ends() is { } failures) Log.WokenAgain(log, failures);
        Log.Woken(log, woken);
        if (announcements > 0) Log.AnnouncementsWoken(log, announcements);
        if (messages > 0) Log.MessagesWoken(log, messages);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} batches have something to do")]
        public static partial void Woken(ILogger log, int count);

        [LoggerMessage(4, LogLevel.Information,
            "{Count} batches and products have announcements to show or to post")]
        public static partial void AnnouncementsWoken(ILogger log, int count);

        [LoggerMessage(5, LogLevel.Information, "{Count} batches have messages to send")]
        public static partial void MessagesWoken(ILogger log, int count);

        [LoggerMessage(2, LogLevel.Warning,
            "The batches can't be woken now. It is tried again a few times, and each wakes when it is asked for: "
                + "{Reason}")]
        public static partial void NotWoken(ILogger log, string reason);

        [LoggerMessage(3, LogLevel.Information, "The batches can be woken again, after {Failures} tries that failed")]
        public static partial void WokenAgain(ILogger log, int failures);
    }
}

using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Waking;

namespace OrleansSale.Grains.Webhooks;

/// <summary>The document of the endpoints.</summary>
[GenerateSerializer, Alias("OrleansSale.WebhookIndex")]
public sealed class WebhookIndex : IDocument
{
    /// <inheritdoc/>
    [Id(0), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>Their ids, the oldest first.</summary>
    [Id(1)] public List<string> Endpoints { get; set; } = [];
}

/// <summary>
/// The actor of the list of endpoints. While there are some it stays active and wakes them now and then: one whose
/// write failed has left memory, and what a follower told may be lost.
/// </summary>
public sealed partial class WebhookIndexGrain(
    [PersistentState("webhook-index")] IPersistentState<WebhookIndex> stored, BatchReminder reminder,
    IWebhookSender sender, ILogger<WebhookIndexGrain> log)
    : Grain, IWebhookIndexGrain, IRemindable
{
    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all engines of this process.
    private static readonly Outage Waking = new("webhooks-waking");

    private List<string> Endpoints => stored.State.IsDamaged
        ? throw new StorageDamagedException("the list of webhooks cannot be read") : stored.State.Endpoints;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (stored.State.IsDamaged) Log.Damaged(log);
        else
        {
            this.RegisterGrainTimer(
                TickAsync, new GrainTimerCreationOptions(WakeRound.Period, WakeRound.Period) { Interleave = true });
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<AddressFault?> CheckAddressAsync(string address) => sender.CheckAsync(address);

    /// <inheritdoc />
    public async Task<bool> AddAsync(string endpoint)
    {
        if (Endpoints.Contains(endpoint)) return true;
        if (Endpoints.Count >= IWebhookIndexGrain.MaxEndpoints) return false;
        Endpoints.Add(endpoint);
        await WriteAsync();
        await reminder.SetAsync(this.GetGrainId());
        DelayDeactivation(KeptAliveFor);
        return true;
    }

    /// <inheritdoc />
    public async Task RemoveAsync(string endpoint)
    {
        if (!Endpoints.Remove(endpoint)) return;
        await WriteAsync();
        if (Endpoints.Count == 0) await reminder.ClearAsync(this.GetGrainId());
    }

    /// <inheritdoc />
    public Task<string[]> ListAsync() => Task.FromResult<string[]>([.. Endpoints]);

    /// <inheritdoc />
    public async Task<int> WakeAllAsync()
    {
        if (stored.State.IsDamaged) return 0;
        var all = Endpoints.ToArray();
        await new WakeRound(Waking, WakeAsync, log).RunAsync(all);
        return all.Length;
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private async Task<bool> WakeAsync(string endpoint)
    {
        if (await GrainFactory.GetGrain<IWebhookGrain>(endpoint).WakeAsync()) return true;
        // It was listed, but never made, or removed and not taken off the list.
        var self = this.AsReference<IWebhookIndexGrain>();
        await self.RemoveAsync(endpoint);
        // It may have been made just now.
        return await GrainFactory.GetGrain<IWebhookGrain>(endpoint).WakeAsync() && await self.AddAsync(endpoint);
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (stored.State.Endpoints.Count == 0) return;
        DelayDeactivation(KeptAliveFor);
        await WakeAllAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            await stored.WriteStateAsync();
        }
        catch (Exception)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The list of webhooks cannot be read: none is sent to until the document is restored")]
        public static partial void Damaged(ILogger log);
    }
}

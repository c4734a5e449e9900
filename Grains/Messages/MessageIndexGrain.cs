using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Waking;

namespace OrleansSale.Grains.Messages;

/// <summary>The document of the index: the batches whose messages have work left or trouble.</summary>
[GenerateSerializer, Alias("OrleansSale.MessageIndex")]
public sealed class MessageIndex : IDocument
{
    /// <inheritdoc/>
    [Id(0), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>By batch, how its messages stand.</summary>
    [Id(1)] public Dictionary<string, MessagesState> Batches { get; set; } = [];
}

/// <summary>
/// The actor of the index. While batches have work left it wakes them now and then: an actor whose write failed has
/// left memory, and an engine in one process has no reminders.
/// </summary>
public sealed partial class MessageIndexGrain(
    [PersistentState("message-index")] IPersistentState<MessageIndex> stored, ILogger<MessageIndexGrain> log)
    : Grain, IMessageIndexGrain
{
    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all engines of this process.
    private static readonly Outage Waking = new("messages-waking");

    private static readonly MessagesState Nothing = new(HasWork: false, HasTrouble: false);

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            TickAsync, new GrainTimerCreationOptions(WakeRound.Period, WakeRound.Period) { Interleave = true });
        if (!stored.State.IsDamaged) return;
        // Every batch may have some. Those that have none say so when they are woken.
        Log.Damaged(log);
        var (catalogue, from) = (GrainFactory.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key), 0);
        while (await catalogue.ListAsync(from) is { Batches: { Length: > 0 } page })
        {
            from += page.Length;
            foreach (var batch in page)
                stored.State.Batches[batch.Terms.Id] = new MessagesState(HasWork: true, HasTrouble: true);
        }
        stored.State.IsDamaged = false;
    }

    /// <inheritdoc />
    public async Task NoteAsync(string batch, MessagesState state)
    {
        var batches = stored.State.Batches;
        if (batches.GetValueOrDefault(batch, Nothing) == state) return;
        if (state == Nothing) batches.Remove(batch);
        else batches[batch] = state;
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

    /// <inheritdoc />
    public Task<string[]> ListTroubledAsync() => Task.FromResult<string[]>(
        [.. stored.State.Batches.Where(batch => batch.Value.HasTrouble).Select(batch => batch.Key)]);

    /// <inheritdoc />
    public Task<int> WakeAllAsync() => new WakeRound(
            Waking, key => GrainFactory.GetGrain<IMessagesGrain>(key).WakeAsync(), log)
        .RunAsync([.. stored.State.Batches.Where(one => one.Value.HasWork).Select(one => one.Key)]);

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (!stored.State.Batches.Values.Any(state => state.HasWork)) return;
        DelayDeactivation(KeptAliveFor);
        await WakeAllAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The index of messages cannot be read; it is rebuilt from the catalogue")]
        public static partial void Damaged(ILogger log);
    }
}

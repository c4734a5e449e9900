using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Waking;

namespace OrleansSale.Grains.Announcements;

/// <summary>The document of the index: the batches and products that have announcements.</summary>
[GenerateSerializer, Alias("OrleansSale.AnnouncementIndex")]
public sealed class AnnouncementIndex : IDocument
{
    /// <inheritdoc/>
    [Id(1), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>By the key of a batch or product, how its announcements stand.</summary>
    [Id(0)] public Dictionary<string, TopicState> Topics { get; set; } = [];
}

/// <summary>
/// The actor of the index. Positions are of one activation: the next one tells of everything again. While some have
/// work left it wakes them now and then: an actor whose write failed has left memory, and an engine in one process has
/// no reminders.
/// </summary>
public sealed partial class AnnouncementIndexGrain(
    [PersistentState("announcement-index")] IPersistentState<AnnouncementIndex> stored,
    ILogger<AnnouncementIndexGrain> log)
    : Grain, IAnnouncementIndexGrain
{
    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all engines of this process.
    private static readonly Outage Waking = new("announcements-waking");

    private readonly Guid _activation = Guid.NewGuid();
    private readonly Dictionary<string, long> _changedAt = new(StringComparer.Ordinal);
    private long _position;

    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            TickAsync, new GrainTimerCreationOptions(WakeRound.Period, WakeRound.Period) { Interleave = true });
        if (!stored.State.IsDamaged) return;
        // Every batch and product may have some. Those that have none say so when they are woken.
        Log.Damaged(log);
        var (catalogue, from) = (GrainFactory.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key), 0);
        while (await catalogue.ListAsync(from) is { Batches: { Length: > 0 } page })
        {
            from += page.Length;
            foreach (var topic in page.SelectMany(batch => new[]
            {
                Topic.OfBatch(batch.Terms.Id), Topic.OfProduct(batch.Terms.Product.Id),
            }))
            {
                stored.State.Topics[topic.Key] = new TopicState(HasWork: true, HasTrouble: true);
            }
        }
        stored.State.IsDamaged = false;
    }

    /// <inheritdoc />
    public async Task NoteAsync(string topic, TopicState state)
    {
        if (stored.State.Topics.GetValueOrDefault(topic) != state)
        {
            stored.State.Topics[topic] = state;
            await WriteAsync();
        }
        _changedAt[topic] = ++_position;
    }

    /// <inheritdoc />
    public Task<TopicChanges> ReadAsync(Guid activation, long position)
    {
        string[] changed = activation != _activation ? [.. stored.State.Topics.Keys]
            : position == _position ? []
            : [.. _changedAt.Where(change => change.Value > position).Select(change => change.Key)];
        return Task.FromResult(new TopicChanges(_activation, _position, changed));
    }

    /// <inheritdoc />
    public Task<string[]> ListTroubledAsync() => Task.FromResult<string[]>(
        [.. stored.State.Topics.Where(topic => topic.Value.HasTrouble).Select(topic => topic.Key)]);

    /// <inheritdoc />
    public Task<int> WakeAllAsync() => new WakeRound(
            Waking, key => GrainFactory.GetGrain<IAnnouncementsGrain>(key).WakeAsync(), log)
        .RunAsync([.. stored.State.Topics.Where(one => one.Value.HasWork).Select(one => one.Key)]);

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (!stored.State.Topics.Values.Any(state => state.HasWork)) return;
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
            "The index of announcements cannot be read; it is rebuilt from the catalogue")]
        public static partial void Damaged(ILogger log);
    }
}

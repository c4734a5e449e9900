using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.Grains.Batches;

namespace OrleansSale.Grains.Announcements;

/// <summary>
/// The actor that keeps the announcements of a batch or product and posts them. It is not reentrant: one call or tick
/// at a time. The posts themselves are tried beside the calls, so a slow channel delays nothing else; that a try begins
/// is durable before it does.
/// </summary>
public sealed partial class AnnouncementsGrain(
    IPostPublisher publisher, [PersistentState("announcements")] IPersistentState<AnnouncementBook> stored,
    BatchReminder reminder, PostWatch watch, TimeProvider timeProvider, ILogger<AnnouncementsGrain> log)
    : Grain, IAnnouncementsGrain, IRemindable
{
    /// <summary>The period of the timer: the longest that an announcement comes late by.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all of this process: when storage fails, many fail together.
    private static readonly Outage Ticking = new("announcements");

    private readonly Queue<(int Number, string Channel, PostResult Result)> _ended = new();
    private readonly HashSet<Task> _underWay = [];
    private Topic _topic;
    private TopicState? _noted;
    private bool _isChanged;
    private bool _isAbandoned;
    private bool? _isReminded;

    // After a failed write the state in memory differs from the stored one: nothing follows from it any more.
    private AnnouncementBook Book => stored.State.IsDamaged
            ? throw new StorageDamagedException($"the announcements of {this.GetPrimaryKeyString()} cannot be read")
        : _isAbandoned ? throw new SaleUnavailableException($"{this.GetPrimaryKeyString()} deactivates")
        : stored.State;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!Topic.TryParse(this.GetPrimaryKeyString(), out _topic))
            throw new ArgumentException($"{this.GetPrimaryKeyString()} is no topic of announcements");
        if (stored.State.IsDamaged)
        {
            // It is never replaced: what it says may have been posted, and must not be posted twice.
            Log.Damaged(log, this.GetPrimaryKeyString());
            return Task.CompletedTask;
        }
        _isChanged = Book.Recover(Now(), publisher.Find);
        this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(Period, Period));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_underWay.Count == 0 || _isAbandoned) return;
        try
        {
            // What came of them should be known: else a harmful repeat is left to an operator.
            await Task.WhenAll(_underWay).WaitAsync(cancellationToken);
            if (TakeEnded()) await WriteAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.LeftUnstored(log, this.GetPrimaryKeyString(), e.Message);
        }
    }

    /// <inheritdoc />
    public async Task<AnnounceOutcome> AnnounceAsync(NewAnnouncement announcement)
    {
        // The index before the document: a start must find what is to be done.
        if (_noted is not { HasWork: true })
            await NoteAsync(new TopicState(HasWork: true, _noted?.HasTrouble ?? false));
        var outcome = Book.Announce(_topic, announcement, Now(), Guid.NewGuid().ToString("N"));
        if (outcome.Result == AnnounceResult.Made)
        {
            await WriteAsync();
            // And after it: the fronts read it now.
            _noted = null;
        }
        if (outcome.Result is not (AnnounceResult.Made or AnnounceResult.Repeated)) return outcome;
        await GoOnAsync();
        return outcome with { Made = Book.Items.Find(item => item.Key == announcement.Key)?.ToView() ?? outcome.Made };
    }

    /// <inheritdoc />
    public async Task<Answer<Effect>> CancelAsync(int number)
    {
        var answer = Book.Cancel(number, Now());
        if (answer.Value == Effect.Done)
        {
            await WriteAsync();
            _noted = null;
        }
        if (answer.Refused is null) await GoOnAsync();
        return answer;
    }

    /// <inheritdoc />
    public async Task<Answer<AnnouncementView>> RetryAsync(int number, string channel, string key)
    {
        if (_noted is not { HasWork: true }) await NoteAsync(new TopicState(HasWork: true, HasTrouble: true));
        var answer = Book.Retry(number, channel, key, Now());
        if (answer.Refused is not null) return answer;
        await WriteAsync();
        await GoOnAsync();
        return answer;
    }

    /// <inheritdoc />
    public Task<Announcement[]> ReadAsync() =>
        Task.FromResult<Announcement[]>([.. Book.Items.Select(item => item.Announced)]);

    /// <inheritdoc />
    public Task<AnnouncementView[]> ListAsync() =>
        Task.FromResult<AnnouncementView[]>([.. Book.Items.Select(item => item.ToView())]);

    /// <inheritdoc />
    public Task<string?> FindBatchAsync(int number, string channel) =>
        Task.FromResult(Book.BatchOf(number, channel, Now()));

    /// <inheritdoc />
    public Task<Fault[]> ListFaultsAsync() => Task.FromResult(DeliveryFaults.Of(
        FaultKind.PostFailing, _topic.Kind == TopicKind.Batch ? _topic.Id : null,
        _topic.Kind == TopicKind.Batch ? $"Posts of batch {_topic.Id}" : $"Posts of product {_topic.Id}",
        [.. Book.Troubled(Now())]));

    /// <inheritdoc />
    public async Task<bool> WakeAsync()
    {
        await GoOnAsync();
        return Book.HasWork;
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        // What a damaged document has to do is not known: it is woken again once it is restored.
        stored.State.IsDamaged || stored.State.HasWork
            ? Task.CompletedTask : reminder.ClearAsync(this.GetGrainId());

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        try
        {
            await GoOnAsync();
            if (Ticking.Succeeds() is { } failures) Log.GoesOn(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next tick goes on, or the next activation.
            if (Ticking.Fails(e.GetType().Name)) Log.Stuck(log, this.GetPrimaryKeyString(), e.Message);
        }
    }

    // Everything that is due: ends that came in, announcements whose time has come, tries.
    private async Task GoOnAsync()
    {
        if (_isAbandoned) return;
        var now = Now();
        _isChanged |= TakeEnded() | Book.PutOut(now, publisher.Find);
        var begun = Book.Begin(now);
        if (_isChanged || begun.Count > 0) await WriteAsync();
        foreach (var started in begun)
        {
            var trying = TryAsync(started);
            _underWay.Add(trying);
            _ = TellAsync(trying);
        }
        var state = Book.StateAt(now);
        if (state.HasWork) DelayDeactivation(KeptAliveFor);
        if (state != _noted) await NoteAsync(state);
        if (state.HasWork == _isReminded) return;
        var isSure = state.HasWork
            ? await reminder.SetAsync(this.GetGrainId()) : await reminder.ClearAsync(this.GetGrainId());
        _isReminded = isSure ? state.HasWork : null;
    }

    private async Task TryAsync(BegunTry begun)
    {
        await Task.Yield();
        PostResult result;
        try
        {
            result = await publisher.PublishAsync(begun.Post);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            result = new PostResult(PostOutcome.Unknown, $"a fault of the engine: {e.GetType().Name}");
        }
        _ended.Enqueue((begun.Number, begun.Post.Channel, result));
    }

    private async Task TellAsync(Task trying)
    {
        try
        {
            await trying;
            // As a call of its own: nothing else decides meanwhile. Without it the next tick notes the end.
            await this.AsReference<IAnnouncementsGrain>().WakeAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (Ticking.Fails(e.GetType().Name)) Log.Stuck(log, this.GetPrimaryKeyString(), e.Message);
        }
    }

    private bool TakeEnded()
    {
        var isChanged = false;
        while (_ended.TryDequeue(out var ended))
        {
            var delivery = Book.End(
                ended.Number, ended.Channel, ended.Result, publisher.Find(ended.Channel), Now(),
                Random.Shared.NextDouble());
            if (delivery is null) continue;
            watch.Ended(AnnouncementId.Of(_topic, ended.Number), delivery);
            isChanged = true;
        }
        _underWay.RemoveWhere(task => task.IsCompleted);
        return isChanged;
    }

    private async Task NoteAsync(TopicState state)
    {
        await GrainFactory.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key)
            .NoteAsync(this.GetPrimaryKeyString(), state);
        _noted = state;
    }

    private async Task WriteAsync()
    {
        try
        {
            await stored.WriteStateAsync();
            _isChanged = false;
        }
        catch (Exception)
        {
            _isAbandoned = true;
            DeactivateOnIdle();
            throw;
        }
    }

    // Has the precision of the wire.
    private DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds());

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The announcements of {Topic} cannot be read: none is shown or posted until the document is restored")]
        public static partial void Damaged(ILogger log, string topic);

        [LoggerMessage(2, LogLevel.Warning,
            "The announcements of {Topic} do not go on now; it is retried, and others are only counted: {Reason}")]
        public static partial void Stuck(ILogger log, string topic, string reason);

        [LoggerMessage(3, LogLevel.Information, "Announcements go on, after {Failures} failures")]
        public static partial void GoesOn(ILogger log, int failures);

        [LoggerMessage(4, LogLevel.Warning,
            "The announcements of {Topic} leave this silo while posts are under way: {Reason}")]
        public static partial void LeftUnstored(ILogger log, string topic, string reason);
    }
}

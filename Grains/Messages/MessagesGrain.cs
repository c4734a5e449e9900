using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Messages;

/// <summary>
/// The actor that sends the messages of a batch. It is not reentrant: one call or tick at a time. Tries run beside the
/// calls. A message is durable before its first try, and every try of it has the same id.
/// </summary>
public sealed partial class MessagesGrain(
    ILedger ledger, IPostPublisher places, IMessageSender sender,
    [PersistentState("messages")] IPersistentState<MessageBook> stored, BatchReminder reminder, PostWatch watch,
    TimeProvider timeProvider, ILogger<MessagesGrain> log)
    : Grain, IMessagesGrain, IRemindable
{
    /// <summary>The period of the timer.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause before a ledger that could not be read is read again.</summary>
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan KeptAliveFor = TimeSpan.FromMinutes(2);

    // Shared by all of this process: when storage fails, many fail together.
    private static readonly Outage Ticking = new("messages"), Reading = new("messages-reading");

    private readonly Dictionary<long, DateTimeOffset> _underWay = [];
    private readonly Queue<(long Seq, MessageTurn Turn)> _ended = new();
    private NewsReader _news = null!;
    private MessageCourier _courier = null!;
    private MessagesState? _noted;
    private DateTimeOffset _readFrom = DateTimeOffset.MinValue;
    private bool _isBehind;
    private bool _isChanged;
    private bool _hasLooked;
    private bool _isAbandoned;
    private bool? _isReminded;

    private string Batch => this.GetPrimaryKeyString();

    // After a failed write the state in memory differs from the stored one: nothing follows from it any more.
    private MessageBook Book => stored.State.IsDamaged
            ? throw new StorageDamagedException($"the messages of {Batch} cannot be read")
        : _isAbandoned ? throw new SaleUnavailableException($"the messages of {Batch} deactivate")
        : stored.State;

    private bool HasWork => _isBehind || _looksForNext || Book.HasWork;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _news = new NewsReader(ledger, Batch);
        _next = new NextBatches(_news, GrainFactory, Batch);
        _courier = new MessageCourier(sender, _news, _next, GrainFactory, Batch);
        // A damaged document is never replaced: it knows what was sent.
        if (stored.State.IsDamaged) Log.Damaged(log, Batch);
        else this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(Period, Period));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task NoteNewsAsync(long seq)
    {
        // It is read once the document is restored. The batch has nothing to wait for.
        if (stored.State.IsDamaged) return;
        // An activation looks once in any case, because the ledger may be an older one that was restored.
        if (_hasLooked && seq <= Book.Cursor) return;
        // The index is durable before the answer, so a start finds what is to be done.
        if (seq > Book.Cursor && _noted is not { HasWork: true })
            await NoteAsync(new MessagesState(HasWork: true, _noted?.HasTrouble ?? Book.Troubled(Now()).Any()));
        _isBehind = true;
    }

    /// <inheritdoc />
    public Task<MessageView[]> ListAsync() => Task.FromResult<MessageView[]>(
        [.. Book.Waiting.Concat(Book.Ended).OrderBy(message => message.Seq).Select(message => message.ToView(Batch))]);

    /// <inheritdoc />
    public async Task<Answer<MessageView>> RetryAsync(long seq, string key)
    {
        if (_noted is not { HasWork: true }) await NoteAsync(new MessagesState(HasWork: true, HasTrouble: true));
        var answer = Book.Retry(seq, key, Now(), _underWay.ContainsKey(seq));
        if (answer.Value is not { } message) return new Answer<MessageView>(answer.Refused!.Value, answer.Detail);
        await WriteAsync();
        await GoOnAsync();
        return message.ToView(Batch);
    }

    /// <inheritdoc />
    public Task<Fault[]> ListFaultsAsync() => Task.FromResult(DeliveryFaults.Of(
        FaultKind.MessageFailing, Batch, $"Messages to buyers of batch {Batch}", [.. Book.Troubled(Now())]));

    /// <inheritdoc />
    public async Task<bool> WakeAsync()
    {
        _isBehind |= !_hasLooked;
        await GoOnAsync();
        return HasWork;
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        // The next tick looks, and clears the reminder if nothing is left.
        if (!stored.State.IsDamaged) (_isBehind, _isReminded) = (_isBehind || !_hasLooked, null);
        return Task.CompletedTask;
    }

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
            if (Ticking.Fails(e.GetType().Name)) Log.Stuck(log, Batch, e.Message);
        }
    }

    // Everything that is due: ends that came in, new entries, tries.
    private async Task GoOnAsync()
    {
        if (_isAbandoned) return;
        var now = Now();
        _isChanged |= TakeEnded(now);
        if (_isBehind && now >= _readFrom) await TryReadAsync(ReadAsync, now);
        if (Book.CanCatchUp is { } channel && now >= _readFrom)
            await TryReadAsync(at => CatchUpAsync(channel, at), now);
        await TryTellAsync(now);
        if (_isChanged) await WriteAsync();
        foreach (var message in Book.Due(now, _underWay.Keys))
        {
            _underWay.Add(message.Seq, now);
            _ = TryAsync(message, Book.IdOf(message));
        }
        var state = new MessagesState(HasWork, Book.Troubled(now).Any());
        if (state.HasWork) DelayDeactivation(KeptAliveFor);
        if (state != _noted) await NoteAsync(state);
        if (state.HasWork == _isReminded) return;
        var isSure = state.HasWork
            ? await reminder.SetAsync(this.GetGrainId()) : await reminder.ClearAsync(this.GetGrainId());
        _isReminded = isSure ? state.HasWork : null;
    }

    // What waits is sent even if the ledger cannot be read.
    private async Task TryReadAsync(Func<DateTimeOffset, Task<bool>> readAsync, DateTimeOffset now)
    {
        try
        {
            _isChanged |= await readAsync(now);
            if (Reading.Succeeds() is { } failures) Log.Reads(log, failures);
        }
        catch (Exception e) when (e is LedgerFormatException or SaleUnavailableException || LostInfrastructure.Is(e))
        {
            _readFrom = now + PauseAfterFailure;
            if (Reading.Fails(e.GetType().Name)) Log.NotRead(log, Batch, e.Message);
        }
    }

    // Whether the document has changed.
    private async Task<bool> ReadAsync(DateTimeOffset now)
    {
        Book.Begin(now, Guid.NewGuid().ToString("N"));
        if (await _news.ReadAsync(Book.Seen, Book.Cursor) is not { } page)
        {
            Log.Older(log, Batch);
            Book.BeginAnew(Guid.NewGuid().ToString("N"));
            _hasLooked = true;
            return true;
        }
        // Everything is asked before a message is made, so that a failure makes none.
        foreach (var found in await _courier.FindAsync(page.News, TakesNow, now))
        {
            // Else nobody is left to be told, or their channel takes no messages now.
            if (found is { } user && PlaceOf(user.Channel) is { } place)
                Book.Make(user.News, user.Alias.ToString(), user.Channel, place, now);
        }
        var isNew = page.Cursor > Book.Cursor || page.Seen.Seq != Book.SeenSeq || page.News.Count > 0;
        Book.Look(page, now);
        _isBehind = !page.IsWhole;
        _hasLooked = true;
        return isNew;
    }

    // What a channel had no room for.
    private async Task<bool> CatchUpAsync(string channel, DateTimeOffset now)
    {
        if (PlaceOf(channel) is not { } place) return Book.Behind.Remove(channel);
        var (news, end) = await _news.ReadAgainAsync(Book.Behind[channel], Book.Cursor);
        var own = (await _courier.FindAsync(news, one => one == channel, now)).OfType<Recipient>()
            .Select(user => (user.News, user.Alias.ToString()));
        Book.CatchUp(channel, place, own, end, now);
        return true;
    }

    private async Task TryAsync(StoredMessage message, string id)
    {
        _ended.Enqueue((message.Seq, await _courier.SendAsync(message, id, Now())));
        try
        {
            // As a call of its own: nothing else decides meanwhile. Without it the next tick notes the end.
            await this.AsReference<IMessagesGrain>().WakeAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (Ticking.Fails(e.GetType().Name)) Log.Stuck(log, Batch, e.Message);
        }
    }

    private bool TakeEnded(DateTimeOffset now)
    {
        var isChanged = false;
        while (_ended.TryDequeue(out var ended))
        {
            if (!_underWay.Remove(ended.Seq, out var began)) continue;
            var channel = Book.Waiting.Find(message => message.Seq == ended.Seq)?.Delivery.Channel;
            var delivery = Book.End(
                ended.Seq, began, ended.Turn, channel is null ? null : PlaceOf(channel), now,
                Random.Shared.NextDouble());
            isChanged = true;
            if (delivery is not null) watch.MessageEnded(Batch, ended.Seq, delivery);
        }
        return isChanged;
    }

    // What a channel has no room for stays in the ledger, so nothing is looked up for it.
    private bool TakesNow(string channel) => PlaceOf(channel) is not null && !Book.Behind.ContainsKey(channel);

    private PostPlace? PlaceOf(string channel) =>
        places.Find(channel) is { TakesMessages: true } place ? place : null;

    private async Task NoteAsync(MessagesState state)
    {
        await GrainFactory.GetGrain<IMessageIndexGrain>(IMessageIndexGrain.Key).NoteAsync(Batch, state);
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
            "The messages of batch {Batch} cannot be read: none is sent until the document is restored")]
        public static partial void Damaged(ILogger log, string batch);

        [LoggerMessage(2, LogLevel.Warning,
            "The messages of batch {Batch} do not go on now; it is retried, and others are only counted: {Reason}")]
        public static partial void Stuck(ILogger log, string batch, string reason);

        [LoggerMessage(3, LogLevel.Information, "Messages go on, after {Failures} failures")]
        public static partial void GoesOn(ILogger log, int failures);

        [LoggerMessage(4, LogLevel.Warning,
            "The ledger of batch {Batch} cannot be read for messages; it is retried, and others are only counted: "
                + "{Reason}")]
        public static partial void NotRead(ILogger log, string batch, string reason);

        [LoggerMessage(5, LogLevel.Information, "Ledgers can be read for messages again, after {Failures} failures")]
        public static partial void Reads(ILogger log, int failures);

        [LoggerMessage(6, LogLevel.Warning,
            "The ledger of batch {Batch} is an older one: the messages that waited are given up")]
        public static partial void Older(ILogger log, string batch);
    }
}

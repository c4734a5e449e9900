using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Grains.Messages;

// Buyers whose places wait in the product's backlog are told which batch these may reach.
public sealed partial class MessagesGrain
{
    /// <summary>Most pages of places that are looked at in a tick.</summary>
    public const int MaxPages = 10;

    /// <summary>Most places of a page.</summary>
    public const int PlacesPerPage = 100;

    // Shared by all of this process.
    private static readonly Outage TellingNext = new("messages-next-batch");

    private NextBatches _next = null!;
    private DateTimeOffset _tellFrom = DateTimeOffset.MinValue;

    // An activation looks once in any case: the one before may have been asked to, and was killed.
    private bool _looksForNext = true;

    /// <inheritdoc />
    public async Task NoteBacklogAsync()
    {
        // An activation looks once the document is restored. The batch has nothing to wait for.
        if (stored.State.IsDamaged) return;
        // The index is durable before the answer, so a start finds what is to be done.
        if (_noted is not { HasWork: true })
            await NoteAsync(new MessagesState(HasWork: true, _noted?.HasTrouble ?? Book.Troubled(Now()).Any()));
        _looksForNext = true;
    }

    // A failure keeps no other message waiting.
    private async Task TryTellAsync(DateTimeOffset now)
    {
        if ((!_looksForNext && Book.CanTell is null) || now < _tellFrom) return;
        try
        {
            if (_looksForNext) await LookForNextAsync();
            for (var page = 0; page < MaxPages && Book.CanTell is { } telling; page++)
                await TellPageAsync(telling, now);
            if (TellingNext.Succeeds() is { } failures) Log.Tells(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _tellFrom = now + PauseAfterFailure;
            if (TellingNext.Fails(e.GetType().Name)) Log.NotTold(log, Batch, e.Message);
        }
    }

    private async Task LookForNextAsync()
    {
        foreach (var channel in await _next.ListChannelsAsync())
        {
            if (PlaceOf(channel) is { } place && !Book.IsGone(channel, place)
                && await _next.FindAsync(channel) is { } next)
                _isChanged |= Book.BeginTelling(next.Batch, channel);
        }
        _looksForNext = false;
    }

    private async Task TellPageAsync(Telling telling, DateTimeOffset now)
    {
        if (PlaceOf(telling.Channel) is not { } place || Book.IsGone(telling.Channel, place)
            || (await _next.FindAsync(telling.Channel))?.Batch != telling.Next)
        {
            Book.StopTelling(telling);
            _isChanged = true;
            return;
        }
        var page = await GrainFactory.GetGrain<ISaleBatchGrain>(Batch).ListBacklogAsync(telling.Cursor, PlacesPerPage);
        var found = await _courier.FindAsync(telling.Channel, page.Places);
        Book.Begin(now, Guid.NewGuid().ToString("N"));
        Book.Tell(telling, found, page.Places is [.., var last] ? last.Place : null, now);
        _isChanged = true;
    }

    private static partial class Log
    {
        [LoggerMessage(7, LogLevel.Warning,
            "Buyers of batch {Batch} who wait in the backlog cannot be told of a next batch now; it is retried, and "
                + "others are only counted: {Reason}")]
        public static partial void NotTold(ILogger log, string batch, string reason);

        [LoggerMessage(8, LogLevel.Information, "Buyers are told of next batches again, after {Failures} failures")]
        public static partial void Tells(ILogger log, int failures);
    }
}

using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// Tells the actor of the batch's messages that the ledger has news for buyers: one call at a time, each tick, until it
/// has answered. An activation tells it once, because the call of the one before may not have arrived. A batch whose
/// channels take no messages calls nobody.
/// </summary>
internal sealed partial class NewsCall(SaleBatch batch, IPostPublisher places, IGrainFactory grains, ILogger log)
{
    private static readonly Outage Telling = new("news");

    private readonly RetriedCall _call = new(
        Telling, reason => Log.NotTold(log, batch.Terms!.Id, reason), failures => Log.Tells(log, failures));
    private long _told;

    /// <summary>Whether there is nothing to tell.</summary>
    public bool IsIdle => LastNews <= _told || !TakesMessages;

    private long LastNews => Math.Max(
        Math.Max(batch.Payments.LastRefundEntry, batch.Line.LastOffer), batch.Orders.LastByOperator);

    private bool TakesMessages =>
        batch.Terms!.Channels.Any(channel => places.Find(channel) is { TakesMessages: true });

    /// <summary>Tells what is new.</summary>
    /// <param name="committed">The last entry that is durable.</param>
    public void Start(long committed)
    {
        // Newer news may be on their way to the ledger all the time, and do not delay those that are in it.
        var news = Math.Min(LastNews, committed);
        if (_call.IsUnderWay || news <= _told || !TakesMessages) return;
        _call.Start(async () =>
        {
            await grains.GetGrain<IMessagesGrain>(batch.Terms!.Id).NoteNewsAsync(news);
            _told = news;
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Batch {Batch}: its news for buyers could not be handed over; it is retried, and others are only counted: "
                + "{Reason}")]
        public static partial void NotTold(ILogger log, string batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "News for buyers are handed over again, after {Failures} failures")]
        public static partial void Tells(ILogger log, int failures);
    }
}

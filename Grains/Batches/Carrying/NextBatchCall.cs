using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Grains.Batches.Carrying;

/// <summary>
/// Has buyers told which batch their places in the product's backlog may reach. A batch that takes the backlog says so
/// before its opening, once an activation: the messages of every batch whose places wait look who takes them. A batch
/// whose places the backlog has got says it to its own messages, because the other one may have been announced before.
/// </summary>
/// <remarks>
/// Neither misses the other. The one is in the catalogue before it reads the backlog. The other is in the backlog
/// before its messages read the catalogue. A repeat tells nobody twice.
/// </remarks>
internal sealed partial class NextBatchCall(
    DurableBatch batch, IPostPublisher posts, IGrainFactory grains, ILogger log)
{
    private static readonly Outage Telling = new("next-batch");

    private readonly RetriedCall _call = new(
        Telling, reason => Log.NotTold(log, batch.Id, reason), failures => Log.Tells(log, failures));
    private bool _isAnnounced;
    private bool _isNoted;

    private SaleBatch State => batch.State;

    private bool TakesMessages =>
        State.Terms!.Channels.Any(channel => posts.Find(channel) is { TakesMessages: true });

    private bool MustAnnounce =>
        !_isAnnounced && State.Terms!.CarriedUnits > 0 && !State.Directing.IsOpen && !State.Directing.IsOver
        && TakesMessages;

    /// <summary>Whether there is nothing to say.</summary>
    /// <param name="isHandedOver">Whether the backlog has the places that waited at the end.</param>
    public bool IsIdle(bool isHandedOver) => !MustAnnounce && !MustNote(isHandedOver);

    /// <summary>Says what is to be said, unless that is under way.</summary>
    /// <param name="isHandedOver">Whether the backlog has the places that waited at the end.</param>
    public void Start(bool isHandedOver)
    {
        if (_call.IsUnderWay) return;
        if (MustAnnounce) _call.Start(AnnounceAsync);
        else if (MustNote(isHandedOver)) _call.Start(NoteAsync);
    }

    private bool MustNote(bool isHandedOver) =>
        isHandedOver && !_isNoted && State.Line.InBacklog > 0 && TakesMessages;

    private async Task AnnounceAsync()
    {
        await batch.Journal.WhenDurableAsync(true);
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(batch.Id);
        var ranges = await grains.GetGrain<IBacklogGrain>(State.Terms!.Product.Id).ListWaitingAsync();
        foreach (var range in ranges)
            await grains.GetGrain<IMessagesGrain>(range.Batch).NoteBacklogAsync();
        _isAnnounced = true;
    }

    private async Task NoteAsync()
    {
        await grains.GetGrain<IMessagesGrain>(batch.Id).NoteBacklogAsync();
        _isNoted = true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Batch {Batch}: it could not be said that buyers are to be told of a next batch; it is retried, and others "
                + "are only counted: {Reason}")]
        public static partial void NotTold(ILogger log, string batch, string reason);

        [LoggerMessage(2, LogLevel.Information,
            "It can be said again that buyers are to be told of next batches, after {Failures} failures")]
        public static partial void Tells(ILogger log, int failures);
    }
}

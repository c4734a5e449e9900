using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Grains.Announcements;

namespace OrleansSale.Grains.Messages;

/// <summary>How far the users of a channel were told that their places may reach a next batch.</summary>
/// <param name="Next">The next batch.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Cursor">Number of the last place that was looked at; <see cref="long.MaxValue"/>: all were.</param>
/// <param name="IsOver">Whether nobody more is told: all were looked at, or the places may not reach it now.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Telling")]
public sealed record Telling(
    [property: Id(0)] string Next, [property: Id(1)] string Channel, [property: Id(2)] long Cursor = 0,
    [property: Id(3)] bool IsOver = false);

// Messages about places that wait in the product's backlog. They follow from no entry of the ledger: the list of who
// waits is their queue, and a cursor says how far it was looked at.
public sealed partial class MessageBook
{
    /// <summary>
    /// No entry of a ledger has a higher sequence. Messages that follow from none are numbered above it.
    /// </summary>
    public const long MaxSeq = 1_000_000_000_000;

    /// <summary>Most next batches and channels that are remembered, so that nobody is told twice.</summary>
    public const int MaxTellings = 256;

    /// <summary>Most messages of a channel about next batches that wait: the others keep some room.</summary>
    public const int MaxTold = MaxWaiting / 2;

    /// <summary>The tellings of next batches, in the order in which they began.</summary>
    [Id(11)] public List<Telling> Tellings { get; set; } = [];

    /// <summary>How many messages were made that follow from no entry.</summary>
    [Id(12)] public long Told { get; set; }

    /// <summary>What can go on now: its channel has room for more; null: nothing can.</summary>
    [JsonIgnore]
    public Telling? CanTell =>
        Tellings.Find(telling => !telling.IsOver && ToldRoomOn(telling.Channel) >= MinRoom);

    private bool IsTelling => Tellings.Exists(telling => !telling.IsOver);

    /// <summary>
    /// Begins to tell the users of a channel of a next batch, or goes on where it was stopped; whether anything has
    /// changed.
    /// </summary>
    public bool BeginTelling(string next, string channel)
    {
        var index = Tellings.FindIndex(telling => telling.Next == next && telling.Channel == channel);
        if (index >= 0)
        {
            if (Tellings[index] is not { IsOver: true, Cursor: < long.MaxValue } stopped) return false;
            Tellings[index] = stopped with { IsOver = false };
            return true;
        }
        if (Tellings.Count >= MaxTellings)
        {
            if (Tellings.FindIndex(telling => telling.IsOver) is not (>= 0 and var oldest)) return false;
            Tellings.RemoveAt(oldest);
        }
        Tellings.Add(new Telling(next, channel));
        return true;
    }

    /// <summary>Tells nobody more, because the places may not reach that batch now.</summary>
    public void StopTelling(Telling telling) => Change(telling, telling with { IsOver = true });

    /// <summary>Makes the messages to the buyers of a page of places, as many as there is room for.</summary>
    /// <param name="telling">What they are told.</param>
    /// <param name="places">The places of the page whose buyers are users of the channel, in their order.</param>
    /// <param name="end">Number of the page's last place; null: no more places wait.</param>
    /// <param name="now">The instant.</param>
    public void Tell(
        Telling telling, IEnumerable<(long Place, string Alias)> places, long? end, DateTimeOffset now)
    {
        var cursor = telling.Cursor;
        foreach (var (place, alias) in places)
        {
            if (ToldRoomOn(telling.Channel) <= 0)
            {
                Change(telling, telling with { Cursor = cursor });
                return;
            }
            cursor = place;
            Insert(new StoredMessage(
                MaxSeq + ++Told, now, 0, alias, MessageKind.NextBatch, null, null,
                new PostDelivery { Channel = telling.Channel, NextTry = now }, Place: place, Next: telling.Next));
        }
        Change(telling, telling with { Cursor = end ?? long.MaxValue, IsOver = end is null });
    }

    /// <summary>Whether the place that a channel takes messages at said that it is gone.</summary>
    public bool IsGone(string channel, PostPlace place) => Gone.GetValueOrDefault(channel) == place.Name;

    private int ToldRoomOn(string channel) => Math.Min(
        RoomOn(channel),
        MaxTold - Waiting.Count(message => message.Next is not null && message.Delivery.Channel == channel));

    private void Change(Telling from, Telling to) => Tellings[Tellings.IndexOf(from)] = to;
}

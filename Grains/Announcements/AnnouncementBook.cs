using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Announcements;

/// <summary>A try that has begun.</summary>
/// <param name="Number">The announcement's number.</param>
/// <param name="Post">What to publish.</param>
public sealed record BegunTry(int Number, Post Post);

/// <summary>
/// The document of the announcements of a batch or product, with the outbox of their posts, and its rules. It knows no
/// clock and no chance: both are given.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.AnnouncementBook")]
public sealed class AnnouncementBook : IDocument
{
    /// <inheritdoc/>
    [Id(3), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>The announcements in the order they were made, without those that were cancelled.</summary>
    [Id(0)] public List<StoredAnnouncement> Items { get; set; } = [];

    /// <summary>The number of the last one.</summary>
    [Id(1)] public int LastNumber { get; set; }

    /// <summary>By channel, the name of the place that said that it is gone.</summary>
    [Id(2)] public Dictionary<string, string> Gone { get; set; } = [];

    /// <summary>Whether one is still to be shown or posted.</summary>
    public bool HasWork => Items.Exists(item => !item.IsOut
        || Array.Exists(item.Deliveries, delivery => delivery.State == DeliveryState.Waiting));

    /// <summary>Announces, or finds what was announced under the key.</summary>
    /// <param name="topic">What it is about.</param>
    /// <param name="asked">The announcement.</param>
    /// <param name="now">The instant, to the millisecond.</param>
    /// <param name="seed">Random, and never used before.</param>
    public AnnounceOutcome Announce(Topic topic, NewAnnouncement asked, DateTimeOffset now, string seed)
    {
        if (Items.Find(item => item.Key == asked.Key) is { } known)
        {
            return known.Announced.Text == asked.Text && known.Announced.ImageUrl == asked.ImageUrl
                && known.AskedAt == asked.At
                ? new AnnounceOutcome(AnnounceResult.Repeated, known.ToView())
                : new AnnounceOutcome(AnnounceResult.OtherUnderKey);
        }
        if (asked.At <= now) return new AnnounceOutcome(AnnounceResult.Past);
        if (Items.Count >= Announcement.MaxCount) return new AnnounceOutcome(AnnounceResult.Full);
        var number = ++LastNumber;
        var announced = new Announcement(
            AnnouncementId.Of(topic, number), asked.Text, asked.ImageUrl, asked.At ?? now);
        var stored = new StoredAnnouncement(
            number, announced, asked.At, asked.Key, seed, asked.Targets, IsOut: false, []);
        Items.Add(stored);
        return new AnnounceOutcome(AnnounceResult.Made, stored.ToView());
    }

    /// <summary>
    /// Cancels one whose time is still to come. Only cancelled ones are missing below the last number.
    /// </summary>
    public Answer<Effect> Cancel(int number, DateTimeOffset now)
    {
        if (number > LastNumber) return Refusal.NotFound;
        if (Items.Find(item => item.Number == number) is not { } found) return Effect.AlreadySo;
        if (found.IsOut || found.Announced.At <= now)
            return new Answer<Effect>(Refusal.Conflict, "its time has come: it is shown");
        Items.Remove(found);
        return Effect.Done;
    }

    /// <summary>Makes the deliveries of those whose time has come; whether there were any such.</summary>
    public bool PutOut(DateTimeOffset now, Func<string, PostPlace?> placeOf)
    {
        var isChanged = false;
        for (var i = 0; i < Items.Count; i++)
        {
            var item = Items[i];
            if (item.IsOut || item.Announced.At > now) continue;
            Items[i] = item with
            {
                IsOut = true,
                Deliveries = [.. item.Targets.Select(target => (target, Place: placeOf(target.Channel)))
                    .Where(pair => pair.Place is not null).Select(pair => Make(pair.target, pair.Place!, now))],
            };
            isChanged = true;
        }
        return isChanged;
    }

    /// <summary>The batch that the post of one that is shown leads to on a channel; null: there is none.</summary>
    public string? BatchOf(int number, string channel, DateTimeOffset now) =>
        Items.Find(item => item.Number == number && item.Announced.At <= now) is { } item
            ? Array.Find(item.Targets, target => target.Channel == channel)?.Batch
            : null;

    /// <summary>
    /// Begins the tries that are due: for each channel one at a time, the one that has been due for longest.
    /// </summary>
    public IReadOnlyList<BegunTry> Begin(DateTimeOffset now)
    {
        var busy = Items.SelectMany(item => item.Deliveries).Where(delivery => delivery.IsUnderWay)
            .Select(delivery => delivery.Channel).ToHashSet(StringComparer.Ordinal);
        var due = Items.SelectMany(item => item.Deliveries.Select(delivery => (item, delivery)))
            .Where(pair => pair.delivery is { State: DeliveryState.Waiting, NextTry: { } next } && next <= now)
            .OrderBy(pair => pair.delivery.NextTry).ToList();
        var begun = new List<BegunTry>();
        foreach (var (item, delivery) in due)
        {
            if (!busy.Add(delivery.Channel)) continue;
            Put(item.Number, delivery.Begin(now));
            var id = MessageId.Of(item.Seed, delivery.Channel);
            var target = Array.Find(item.Targets, target => target.Channel == delivery.Channel)!;
            begun.Add(new BegunTry(item.Number, new Post(id, target, item.Announced)));
        }
        return begun;
    }

    /// <summary>Notes what came of a try; the delivery after it, or null if none was under way.</summary>
    public PostDelivery? End(
        int number, string channel, PostResult result, PostPlace? place, DateTimeOffset now, double lot)
    {
        if (Find(number, channel) is not { IsUnderWay: true } tried) return null;
        var ended = tried.End(result, now, lot);
        Put(number, ended);
        if (result.Outcome == PostOutcome.Gone && place is not null) NoteGone(channel, place, now);
        return ended;
    }

    /// <summary>
    /// Ends the tries that an earlier activation had begun and whose end it did not note: a harmless one is repeated,
    /// any other one may have been posted. Whether there were any such.
    /// </summary>
    public bool Recover(DateTimeOffset now, Func<string, PostPlace?> placeOf)
    {
        const string Reason = "the engine ended while it was being posted";
        var isChanged = false;
        foreach (var item in Items.ToArray())
        {
            foreach (var delivery in item.Deliveries.Where(delivery => delivery.IsUnderWay))
            {
                var isHarmless = placeOf(delivery.Channel)?.IsRepeatHarmless == true;
                Put(item.Number, delivery with
                {
                    IsUnderWay = false,
                    State = isHarmless ? DeliveryState.Waiting : DeliveryState.Unknown,
                    NextTry = isHarmless ? now : null,
                    LastError = Reason,
                });
                isChanged = true;
            }
        }
        return isChanged;
    }

    /// <summary>Tries a delivery again now, because an operator says so; once for each key.</summary>
    public Answer<AnnouncementView> Retry(int number, string channel, string key, DateTimeOffset now)
    {
        if (Items.Find(item => item.Number == number) is not { } item) return Refusal.NotFound;
        if (Find(number, channel) is not { } delivery)
            return new Answer<AnnouncementView>(Refusal.NotFound, "it is not posted on that channel");
        if (delivery.RetryKey == key) return item.ToView();
        if (delivery.IsUnderWay) return new Answer<AnnouncementView>(Refusal.Conflict, "it is being posted now");
        if (delivery.State == DeliveryState.Delivered)
            return new Answer<AnnouncementView>(Refusal.Conflict, "the channel has it");
        Gone.Remove(channel);
        Put(number, delivery.Again(key, now));
        return Items.Find(found => found.Number == number)!.ToView();
    }

    /// <summary>The deliveries that do not arrive: those that wait after an error, or ended in vain lately.</summary>
    public IEnumerable<PostDelivery> Troubled(DateTimeOffset now) =>
        Items.SelectMany(item => item.Deliveries).Where(delivery => delivery.IsTroubledAt(now));

    /// <summary>How they stand.</summary>
    public TopicState StateAt(DateTimeOffset now) => new(HasWork, Troubled(now).Any());

    private PostDelivery Make(PostTarget target, PostPlace place, DateTimeOffset now)
    {
        var made = new PostDelivery { Channel = target.Channel, NextTry = now };
        if (Gone.GetValueOrDefault(target.Channel) != place.Name) return made;
        return made.GiveUpGone(now);
    }

    // What still waits for the place is not tried there any more.
    private void NoteGone(string channel, PostPlace place, DateTimeOffset now)
    {
        Gone[channel] = place.Name;
        foreach (var item in Items.ToArray())
            if (Find(item.Number, channel) is { State: DeliveryState.Waiting, IsUnderWay: false } waiting)
                Put(item.Number, waiting.GiveUpGone(now));
    }

    private PostDelivery? Find(int number, string channel) =>
        Items.Find(item => item.Number == number)?.Deliveries.FirstOrDefault(delivery => delivery.Channel == channel);

    private void Put(int number, PostDelivery changed)
    {
        var place = Items.FindIndex(item => item.Number == number);
        Items[place] = Items[place] with
        {
            Deliveries = [.. Items[place].Deliveries
                .Select(delivery => delivery.Channel == changed.Channel ? changed : delivery)],
        };
    }
}

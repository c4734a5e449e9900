using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.Grains.Announcements;
using OrleansSale.Grains.Documents;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Messages;

/// <summary>
/// The document of a batch's messages, and its rules. It knows no clock and no chance: both are given. Which tries are
/// under way is not stored, because every repeat is harmless: after a crash they begin again, under the same id.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.MessageBook")]
public sealed partial class MessageBook : IDocument
{
    /// <summary>Most messages of a channel that wait. Its next ones stay in the ledger meanwhile.</summary>
    public const int MaxWaiting = 100;

    /// <summary>What stayed in the ledger is read once so many can be made: a reading should be worth it.</summary>
    public const int MinRoom = MaxWaiting / 4;

    /// <summary>Most messages that ended and are kept for operators: the last ones.</summary>
    public const int MaxEnded = 100;

    /// <summary>Most tries at the same time on a channel.</summary>
    public const int MaxTries = 4;

    /// <inheritdoc/>
    [Id(0), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>Random: makes the ids of the messages unlike those of any other engine. Empty: not begun.</summary>
    [Id(1)] public string Seed { get; set; } = "";

    /// <summary>Nobody is told of entries before this instant.</summary>
    [Id(2)] public DateTimeOffset From { get; set; }

    /// <summary>Sequence of the last entry that was looked at.</summary>
    [Id(3)] public long Cursor { get; set; }

    /// <summary>Sequence of the end of the last commit that was looked at whole; 0: none.</summary>
    [Id(4)] public long SeenSeq { get; set; }

    /// <summary>The hash of that end.</summary>
    [Id(5)] public byte[] SeenHash { get; set; } = LedgerHead.Empty.Hash;

    /// <summary>When the ledger was last looked at.</summary>
    [Id(6)] public DateTimeOffset LookedAt { get; set; }

    /// <summary>Those that are to be tried, or tried again, by sequence.</summary>
    [Id(7)] public List<StoredMessage> Waiting { get; set; } = [];

    /// <summary>
    /// Those that ended in vain, and those that arrived after an operator's retry, in the order in which they ended.
    /// </summary>
    [Id(8)] public List<StoredMessage> Ended { get; set; } = [];

    /// <summary>By channel, the name of the place that said that it is gone.</summary>
    [Id(9)] public Dictionary<string, string> Gone { get; set; } = [];

    /// <summary>
    /// By channel that had no room, the sequence of the last entry that was looked at for it. Without it a channel that
    /// takes nothing would keep the messages of all others from being made.
    /// </summary>
    [Id(10)] public Dictionary<string, long> Behind { get; set; } = [];

    /// <summary>Whether some wait, or are to be made once there is room.</summary>
    [JsonIgnore] public bool HasWork => Waiting.Count > 0 || Behind.Count > 0 || IsTelling;

    /// <summary>A channel whose messages stayed in the ledger and can be made now; null: there is none.</summary>
    [JsonIgnore] public string? CanCatchUp => Behind.Keys.FirstOrDefault(channel => RoomOn(channel) >= MinRoom);

    /// <summary>The end of the last commit that was looked at whole.</summary>
    [JsonIgnore] public LedgerHead Seen => new(SeenSeq, SeenHash);

    /// <summary>
    /// Begins, at the first look. What happened long before it is not told any more: it would be news to nobody.
    /// </summary>
    /// <param name="now">The instant of the look.</param>
    /// <param name="seed">Random, and never used before.</param>
    public void Begin(DateTimeOffset now, string seed)
    {
        if (Seed.Length > 0) return;
        (Seed, From) = (seed, now - DeliveryRules.GiveUpAfter);
    }

    /// <summary>
    /// Begins anew on an older ledger, which an operator has restored. What was told is not told again. What waited is
    /// given up, because its entries are not there. Who waits in the backlog may be told of a next batch again.
    /// </summary>
    /// <param name="seed">Random, and never used before: another entry may get the sequence of a lost one.</param>
    public void BeginAnew(string seed)
    {
        (Seed, From, Cursor, SeenSeq, SeenHash) = (seed, LookedAt, 0, 0, LedgerHead.Empty.Hash);
        Waiting.Clear();
        Ended.Clear();
        Behind.Clear();
        Tellings.Clear();
    }

    /// <summary>How many more can wait for a channel.</summary>
    public int RoomOn(string channel) =>
        MaxWaiting - Waiting.Count(message => message.Delivery.Channel == channel);

    /// <summary>Makes a message, or leaves it in the ledger until its channel has room.</summary>
    /// <param name="news">What it says; the news of one ledger come once, and in their order.</param>
    /// <param name="alias">The user's alias.</param>
    /// <param name="channel">The user's channel, which takes messages.</param>
    /// <param name="place">Where it takes them.</param>
    /// <param name="now">The instant.</param>
    public void Make(News news, string alias, string channel, PostPlace place, DateTimeOffset now)
    {
        if (news.At < From || news.Seq <= Cursor) return;
        Cursor = news.Seq;
        if (Behind.ContainsKey(channel) || TryAdd(news, alias, channel, place, now)) return;
        Behind[channel] = news.Seq - 1;
    }

    /// <summary>Makes the messages that a channel had no room for, as many as it has now.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="place">Where it takes messages.</param>
    /// <param name="news">The news of its users after <see cref="Behind"/>, with their aliases.</param>
    /// <param name="end">Sequence of the last entry that was looked at for them.</param>
    /// <param name="now">The instant.</param>
    public void CatchUp(
        string channel, PostPlace place, IEnumerable<(News News, string Alias)> news, long end, DateTimeOffset now)
    {
        foreach (var (one, alias) in news)
        {
            if (one.At >= From && !TryAdd(one, alias, channel, place, now)) return;
            Behind[channel] = one.Seq;
        }
        if (end < Cursor) Behind[channel] = end;
        else Behind.Remove(channel);
    }

    /// <summary>Notes how far the ledger was looked at.</summary>
    public void Look(NewsPage page, DateTimeOffset now) => (Cursor, SeenSeq, SeenHash, LookedAt) =
        (Math.Max(Cursor, page.Cursor), page.Seen.Seq, page.Seen.Hash, now);

    /// <summary>
    /// The messages whose turn it is, those that have been due for longest first. The messages about an order come one
    /// after the other.
    /// </summary>
    /// <param name="now">The instant.</param>
    /// <param name="underWay">Those that are being tried.</param>
    public IReadOnlyList<StoredMessage> Due(DateTimeOffset now, IReadOnlyCollection<long> underWay) =>
    [
        .. Waiting.DistinctBy(message => (message.Order, message.Place))
            .Where(message => message.Turn <= now && !underWay.Contains(message.Seq))
            .OrderBy(message => message.Turn).ThenBy(message => message.Seq)
            .GroupBy(message => message.Delivery.Channel)
            .SelectMany(ofChannel => ofChannel.Take(Math.Max(0, MaxTries - CountOn(ofChannel.Key, underWay)))),
    ];

    /// <summary>The id of a message.</summary>
    public string IdOf(StoredMessage message) => MessageId.Of($"{Seed}/{message.Seq}", message.Delivery.Channel);

    /// <summary>
    /// Notes what came of a turn; the delivery after a try, or null if there was none, or the message does not wait.
    /// </summary>
    /// <param name="seq">The message.</param>
    /// <param name="began">When the turn began.</param>
    /// <param name="turn">What came of it.</param>
    /// <param name="place">Where the channel takes messages; null: nowhere any more.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="lot">A random number from 0 to 1.</param>
    public PostDelivery? End(
        long seq, DateTimeOffset began, MessageTurn turn, PostPlace? place, DateTimeOffset now, double lot)
    {
        var index = Waiting.FindIndex(message => message.Seq == seq);
        if (index < 0) return null;
        var tried = Waiting[index];
        if (turn is { Result: null, PayBy: { } moved })
        {
            Waiting[index] = tried with { PayBy = moved };
            return null;
        }
        var delivery = turn.Result is not { } result
            ? tried.Delivery with { State = DeliveryState.Undeliverable, NextTry = null, LastError = null }
            : tried.Delivery.Begin(began).End(result, now, lot);
        var ended = tried with { Delivery = delivery, PayBy = turn.PayBy ?? tried.PayBy };
        if (delivery.State == DeliveryState.Waiting)
        {
            Waiting[index] = ended;
            return delivery;
        }
        Waiting.RemoveAt(index);
        // A retry that arrived is kept, so that a repeat of the operator's request finds it.
        if (delivery.State != DeliveryState.Delivered || delivery.RetryKey is not null) Keep(ended);
        if (turn.Result?.Outcome == PostOutcome.Gone && place is not null) NoteGone(delivery.Channel, place, now);
        return delivery;
    }

    /// <summary>Tries a message again now, because an operator says so; once for each key.</summary>
    public Answer<StoredMessage> Retry(long seq, string key, DateTimeOffset now, bool isUnderWay)
    {
        var waits = Waiting.FindIndex(message => message.Seq == seq);
        var ended = Ended.FindIndex(message => message.Seq == seq);
        if (waits < 0 && ended < 0)
            return new Answer<StoredMessage>(Refusal.NotFound, "no such message waits or has ended lately");
        var message = waits >= 0 ? Waiting[waits] : Ended[ended];
        if (message.Delivery.RetryKey == key) return message;
        if (isUnderWay) return Conflict("it is being sent now");
        if (message.Delivery.State == DeliveryState.Delivered) return Conflict("the channel has it");
        if (message.Delivery.State == DeliveryState.Undeliverable)
            return Conflict("there is nobody to tell any more");
        if (waits < 0 && RoomOn(message.Delivery.Channel) <= 0)
            return Conflict($"{MaxWaiting} messages wait for the channel already, which is the most");
        Gone.Remove(message.Delivery.Channel);
        var again = message with { Delivery = message.Delivery.Again(key, now) };
        if (waits >= 0) Waiting[waits] = again;
        else
        {
            Ended.RemoveAt(ended);
            Insert(again);
        }
        return again;
    }

    /// <summary>The deliveries that do not arrive: those that wait after an error, or ended in vain lately.</summary>
    public IEnumerable<PostDelivery> Troubled(DateTimeOffset now) =>
        Waiting.Concat(Ended).Select(message => message.Delivery).Where(delivery => delivery.IsTroubledAt(now));

    // False: the channel has no room for it.
    private bool TryAdd(News news, string alias, string channel, PostPlace place, DateTimeOffset now)
    {
        if (news.PayBy <= now) return true;
        var isGone = Gone.GetValueOrDefault(channel) == place.Name;
        if (!isGone && RoomOn(channel) <= 0) return false;
        var delivery = new PostDelivery { Channel = channel, NextTry = now };
        var made = new StoredMessage(
            news.Seq, news.At, news.Order, alias, news.Kind, news.Why, news.Amount,
            isGone ? delivery.GiveUpGone(now) : delivery, news.PayBy);
        if (isGone) Keep(made);
        else Insert(made);
        return true;
    }

    private void Insert(StoredMessage message) =>
        Waiting.Insert(Waiting.TakeWhile(other => other.Seq < message.Seq).Count(), message);

    private int CountOn(string channel, IReadOnlyCollection<long> underWay) =>
        Waiting.Count(message => message.Delivery.Channel == channel && underWay.Contains(message.Seq));

    // What still waits for the place is not tried there any more.
    private void NoteGone(string channel, PostPlace place, DateTimeOffset now)
    {
        Gone[channel] = place.Name;
        foreach (var message in Waiting.Where(message => message.Delivery.Channel == channel).ToArray())
        {
            Waiting.Remove(message);
            Keep(message with { Delivery = message.Delivery.GiveUpGone(now) });
        }
    }

    private void Keep(StoredMessage message)
    {
        Ended.Add(message);
        if (Ended.Count > MaxEnded) Ended.RemoveAt(0);
    }

    private static Answer<StoredMessage> Conflict(string detail) => new(Refusal.Conflict, detail);
}

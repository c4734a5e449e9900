using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Grains.Announcements;

/// <summary>The delivery of an announcement or a message to a channel, as stored, and its rules.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.PostDelivery")]
public sealed record PostDelivery
{
    /// <summary>The channel.</summary>
    [Id(0)] public required string Channel { get; init; }

    /// <summary>How it stands.</summary>
    [Id(1)] public DeliveryState State { get; init; } = DeliveryState.Waiting;

    /// <summary>Whether a try has begun whose end is not noted.</summary>
    [Id(2)] public bool IsUnderWay { get; init; }

    /// <summary>How many times it was tried.</summary>
    [Id(3)] public int Tries { get; init; }

    /// <summary>How many times since it was last begun anew: that is what the waits follow.</summary>
    [Id(4)] public int TriesInARow { get; init; }

    /// <summary>When the first try since then began; null: there was none.</summary>
    [Id(5)] public DateTimeOffset? FirstTry { get; init; }

    /// <summary>When the last try began; null: there was none.</summary>
    [Id(6)] public DateTimeOffset? LastTry { get; init; }

    /// <summary>What came of the last try; null: it succeeded, or there was none.</summary>
    [Id(7)] public string? LastError { get; init; }

    /// <summary>When it is tried next; null: not by itself.</summary>
    [Id(8)] public DateTimeOffset? NextTry { get; init; }

    /// <summary>The key of the operator's last retry; null: there was none.</summary>
    [Id(9)] public string? RetryKey { get; init; }

    /// <summary>Whether it is over, and the channel does not have the post for certain.</summary>
    public bool HasEndedInVain => State is DeliveryState.Unknown or DeliveryState.Failed or DeliveryState.Dead;

    /// <summary>The delivery with a try that has begun.</summary>
    public PostDelivery Begin(DateTimeOffset now) => this with
    {
        IsUnderWay = true,
        Tries = Tries + 1,
        TriesInARow = TriesInARow + 1,
        FirstTry = FirstTry ?? now,
        LastTry = now,
    };

    /// <summary>The delivery after the try that was under way.</summary>
    /// <param name="result">What came of it.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="lot">A random number from 0 to 1.</param>
    public PostDelivery End(PostResult result, DateTimeOffset now, double lot)
    {
        var next = result.Outcome == PostOutcome.TryLater
            ? DeliveryRules.NextTry(TriesInARow, FirstTry ?? now, now, result.RetryAfter, lot) : null;
        return this with
        {
            IsUnderWay = false,
            State = result.Outcome switch
            {
                PostOutcome.Delivered => DeliveryState.Delivered,
                PostOutcome.TryLater => next is null ? DeliveryState.Dead : DeliveryState.Waiting,
                PostOutcome.Refused or PostOutcome.Gone => DeliveryState.Failed,
                PostOutcome.Unknown => DeliveryState.Unknown,
                _ => throw new ArgumentOutOfRangeException(nameof(result), result.Outcome, "unknown outcome"),
            },
            NextTry = next,
            LastError = result.Error,
        };
    }

    /// <summary>The delivery, begun anew because an operator says so.</summary>
    public PostDelivery Again(string key, DateTimeOffset now) => this with
    {
        State = DeliveryState.Waiting,
        NextTry = now,
        FirstTry = null,
        TriesInARow = 0,
        RetryKey = key,
    };

    /// <summary>The delivery, given up because its place said before that it is gone.</summary>
    public PostDelivery GiveUpGone(DateTimeOffset now) => this with
    {
        State = DeliveryState.Failed,
        NextTry = null,
        LastTry = now,
        LastError = "the receiver said before that it is gone",
    };

    /// <summary>Whether it does not arrive: it waits after an error, or ended in vain lately.</summary>
    public bool IsTroubledAt(DateTimeOffset now) => LastError is not null
        && (State == DeliveryState.Waiting || (HasEndedInVain && now - (LastTry ?? now) < DeliveryRules.TroubleLasts));

    internal DeliveryView ToView() => new(
        Channel, State, Tries, LastError, LastTry, IsUnderWay ? null : NextTry);
}

/// <summary>An announcement, as stored.</summary>
/// <param name="Number">Its number among those of the batch or product, from 1.</param>
/// <param name="Announced">The announcement.</param>
/// <param name="AskedAt">The instant that was asked for; null: none was.</param>
/// <param name="Key">A hash of the operator and their Idempotency-Key.</param>
/// <param name="Seed">Random: makes the ids of its posts unlike those of any other engine.</param>
/// <param name="Targets">The channels it is to be posted on, if they take posts.</param>
/// <param name="IsOut">Whether its time has come and its deliveries are made.</param>
/// <param name="Deliveries">Its deliveries.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.StoredAnnouncement")]
public sealed record StoredAnnouncement(
    [property: Id(0)] int Number, [property: Id(1)] Announcement Announced, [property: Id(2)] DateTimeOffset? AskedAt,
    [property: Id(3)] string Key, [property: Id(4)] string Seed, [property: Id(5)] PostTarget[] Targets,
    [property: Id(6)] bool IsOut, [property: Id(7)] PostDelivery[] Deliveries)
{
    internal AnnouncementView ToView() => new(Announced, [.. Deliveries.Select(delivery => delivery.ToView())]);
}

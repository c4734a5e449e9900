using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Users;

/// <summary>
/// The document of a user's sessions, and its rules. It lists those that have ended; no list has those that go on.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.UserSessions")]
public sealed class UserSessions : IDocument
{
    /// <inheritdoc/>
    [Id(4), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>Most sessions that are remembered one by one as ended.</summary>
    public const int MaxEnded = 32;

    /// <summary>
    /// How far two silos' clocks may be apart: a session begun at one of them just now is ended at the other.
    /// </summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(1);

    /// <summary>Every session that began at this instant or before has ended.</summary>
    [Id(0)] public DateTimeOffset EndedUpTo { get; set; }

    /// <summary>Later ones that have ended, by their start.</summary>
    [Id(1)] public List<UserSession> Ended { get; set; } = [];

    /// <summary>The roles that the last sign-in gave.</summary>
    [Id(2)] public string[] Roles { get; set; } = [];

    /// <summary>When an operator last ended all; null: never.</summary>
    [Id(3)] public SessionsEnding? LastEnding { get; set; }

    /// <summary>The start of a new session: after every ending, whatever the clock says.</summary>
    public DateTimeOffset StartAt(DateTimeOffset now) => now > EndedUpTo ? now : EndedUpTo.AddMilliseconds(1);

    /// <summary>Whether a session has ended.</summary>
    public bool HasEnded(UserSession session) => session.StartedAt <= EndedUpTo || Ended.Contains(session);

    /// <summary>
    /// Ends one. Beyond <see cref="MaxEnded"/> the one that began first, and with it any that began still earlier, is
    /// remembered by its start alone.
    /// </summary>
    public bool End(UserSession session)
    {
        if (HasEnded(session)) return false;
        Ended.Add(session);
        Ended.Sort((one, other) => one.StartedAt.CompareTo(other.StartedAt));
        if (Ended.Count > MaxEnded) EndUpTo(Ended[0].StartedAt);
        return true;
    }

    /// <summary>Ends all.</summary>
    public void EndAll(DateTimeOffset now, string by, string reason)
    {
        EndUpTo(now + ClockSkew);
        LastEnding = new SessionsEnding(now, by, reason);
    }

    /// <summary>What to go on with after a document that cannot be read: whatever had ended has ended.</summary>
    public static UserSessions After(DateTimeOffset now) => new() { EndedUpTo = now + ClockSkew };

    private void EndUpTo(DateTimeOffset instant)
    {
        if (instant > EndedUpTo) EndedUpTo = instant;
        Ended.RemoveAll(session => session.StartedAt <= EndedUpTo);
    }
}

/// <summary>An operator's ending of all sessions of a user.</summary>
/// <param name="At">When.</param>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.SessionsEnding")]
public sealed record SessionsEnding(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] string By, [property: Id(2)] string Reason);

using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Documents;

namespace OrleansSale.Grains.Users;

/// <summary>
/// The document of a user's sessions, and its rules. It lists sessions that have ended; active sessions are not listed.
/// </summary>
[GenerateSerializer, Alias("OrleansSale.UserSessions")]
public sealed class UserSessions : IDocument
{
    /// <inheritdoc/>
    [Id(4), JsonIgnore] public bool IsDamaged { get; set; }

    /// <summary>Most ended sessions that are listed individually.</summary>
    public const int MaxEnded = 32;

    /// <summary>
    /// The largest difference between two silos' clocks. So an ending also covers a session that another silo has just
    /// begun.
    /// </summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(1);

    /// <summary>Every session that began at this instant or before has ended.</summary>
    [Id(0)] public DateTimeOffset EndedUpTo { get; set; }

    /// <summary>Later sessions that have ended, by their start.</summary>
    [Id(1)] public List<UserSession> Ended { get; set; } = [];

    /// <summary>The roles of the last sign-in.</summary>
    [Id(2)] public string[] Roles { get; set; } = [];

    /// <summary>The last time that an operator ended all sessions; null: never.</summary>
    [Id(3)] public SessionsEnding? LastEnding { get; set; }

    /// <summary>The start of a new session: the current instant, but always after every ending.</summary>
    public DateTimeOffset StartAt(DateTimeOffset now) => now > EndedUpTo ? now : EndedUpTo.AddMilliseconds(1);

    /// <summary>Whether a session has ended.</summary>
    public bool HasEnded(UserSession session) => session.StartedAt <= EndedUpTo || Ended.Contains(session);

    /// <summary>
    /// Ends one session. Beyond <see cref="MaxEnded"/>, the listed session that began first is replaced by
    /// <see cref="EndedUpTo"/>. This ends all sessions that began at its start or before.
    /// </summary>
    public bool End(UserSession session)
    {
        if (HasEnded(session)) return false;
        Ended.Add(session);
        Ended.Sort((one, other) => one.StartedAt.CompareTo(other.StartedAt));
        if (Ended.Count > MaxEnded) EndUpTo(Ended[0].StartedAt);
        return true;
    }

    /// <summary>Ends all sessions.</summary>
    public void EndAll(DateTimeOffset now, string by, string reason)
    {
        EndUpTo(now + ClockSkew);
        LastEnding = new SessionsEnding(now, by, reason);
    }

    /// <summary>Ends all sessions, and removes the rest: the roles, who ended sessions, and why.</summary>
    public void Erase(DateTimeOffset now)
    {
        EndUpTo(now + ClockSkew);
        (Roles, LastEnding) = ([], null);
    }

    /// <summary>The replacement of a document that cannot be read: all sessions up to now have ended.</summary>
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

namespace OrleansSale.GrainInterfaces.Users;

/// <summary>
/// Which of a user's browser sessions have ended, and which roles the user has, keyed by the <see cref="UserHash"/> of
/// the user. A session is a cookie with the session's name. A reader of this state cannot use it to sign in.
/// </summary>
[Alias("OrleansSale.IUserSessionsGrain")]
public interface IUserSessionsGrain : IGrainWithStringKey
{
    /// <summary>
    /// Starts a new session. From now on the user has these roles, and earlier sessions lose all others.
    /// </summary>
    [Alias("BeginAsync")]
    Task<DateTimeOffset> BeginAsync(string[] roles);

    /// <summary>The user's roles; null: this session has ended.</summary>
    [Alias("RolesAsync"), ResponseTimeout("00:00:02")]
    Task<string[]?> RolesAsync(UserSession session);

    /// <summary>Ends one session. True: now; false: it had ended.</summary>
    [Alias("EndAsync")]
    Task<bool> EndAsync(UserSession session);

    /// <summary>Ends every session that has begun so far.</summary>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="reason">Why: 1…500 characters.</param>
    /// <returns>When.</returns>
    [Alias("EndAllAsync")]
    Task<DateTimeOffset> EndAllAsync(string by, string reason);

    /// <summary>
    /// Ends every session that has begun so far, and removes the rest: the user's roles, who ended sessions, and why.
    /// </summary>
    /// <returns>When.</returns>
    [Alias("EraseAsync")]
    Task<DateTimeOffset> EraseAsync();
}

/// <summary>A session.</summary>
/// <param name="Id">22 characters: 16 random bytes in base64url.</param>
/// <param name="StartedAt">Its start, as <see cref="IUserSessionsGrain.BeginAsync"/> gave it.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.UserSession")]
public sealed record UserSession([property: Id(0)] string Id, [property: Id(1)] DateTimeOffset StartedAt);

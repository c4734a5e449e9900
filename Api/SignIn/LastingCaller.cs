using System.Security.Claims;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.SignIn;

/// <summary>The user who sent a request that lasts. Their credential may end before the request does.</summary>
/// <param name="Caller">The user.</param>
/// <param name="Session">Their session, as it was confirmed; null: they sent a bearer token.</param>
/// <param name="ExpiresAt">When the credential ends by itself; null: it does not.</param>
public sealed record LastingCaller(Caller Caller, ClaimsPrincipal? Session, DateTimeOffset? ExpiresAt)
{
    /// <summary>
    /// Whether the credential is still valid. An ended session is found within <see cref="Sessions.BelievedFor"/>. A
    /// session that could not be confirmed for too long is not valid here, and the next request is overloaded.
    /// </summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="now">The front's clock.</param>
    public async ValueTask<bool> IsSignedInAsync(Sessions sessions, DateTimeOffset now)
    {
        if (now > ExpiresAt + Authentication.ClockSkew) return false;
        if (Session is null) return true;
        try
        {
            return await sessions.ConfirmAsync(Session) is not null;
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            return false;
        }
    }
}

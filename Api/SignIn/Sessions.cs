using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Caching.Memory;
using OrleansSale.Api.Actors;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.SignIn;

/// <summary>
/// The sessions of the pages' visitors. A cookie states who began a session, and when. The user's own actor knows
/// whether it still lasts, and with which roles. It is called at most every <see cref="BelievedFor"/> for each session.
/// </summary>
/// <remarks>
/// So <see cref="BelievedFor"/> after its end, every front refuses a session. If the actor does not answer, a session
/// is believed until <see cref="BelievedUnanswered"/> after it was last confirmed: a short time without a silo signs
/// nobody out, and no fault makes an ended session last longer. Then the answer is overloaded.
/// </remarks>
public sealed class Sessions(IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider) : IDisposable
{
    /// <summary>How long a confirmed session is trusted without a call.</summary>
    public static readonly TimeSpan BelievedFor = TimeSpan.FromSeconds(30);

    /// <summary>How long it is trusted while no actor answers.</summary>
    public static readonly TimeSpan BelievedUnanswered = TimeSpan.FromSeconds(55);

    /// <summary>How long one call may take, and the pause after a call without an answer.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2), RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>The longest a session lasts from its start, however much it is used.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(30);

    /// <summary>Most sessions whose confirmation a front remembers. With more sessions it calls more often.</summary>
    public const int MaxConfirmed = 100_000;

    private const string IdClaim = "sid", StartClaim = "sid_at";
    private const int IdLength = 16;

    private readonly MemoryCache _confirmed = new(new MemoryCacheOptions { SizeLimit = MaxConfirmed });
    private readonly ConcurrentDictionary<string, Task<string[]?>> _asking = new(StringComparer.Ordinal);

    /// <summary>Begins a session of a user whose roles are these from now on.</summary>
    public async Task<ClaimsPrincipal> BeginAsync(string subject, string channel, string? name, string[] roles)
    {
        var actor = Of(UserId.Of(channel, subject));
        var startedAt = await retry.AskAsync(() => actor.BeginAsync(roles));
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdLength));
        return new ClaimsPrincipal(new ClaimsIdentity(
            [
                .. Callers.ClaimsOf(subject, channel, name, roles), new Claim(IdClaim, id),
                new Claim(StartClaim, startedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            ],
            CookieAuthenticationDefaults.AuthenticationScheme));
    }

    /// <summary>The session's principal with the roles that the user still has; null: it has ended.</summary>
    /// <exception cref="SaleUnavailableException">The session could not be confirmed for too long.</exception>
    public async ValueTask<ClaimsPrincipal?> ConfirmAsync(ClaimsPrincipal principal)
    {
        if (Read(principal) is not { } session) return null;
        if (timeProvider.GetUtcNow() - session.StartedAt > MaxLifetime) return null;
        var last = _confirmed.Get<Confirmation>(session.Id);
        var age = last is null ? TimeSpan.MaxValue : timeProvider.GetElapsedTime(last.AskedAt);
        var mayAsk = last is null || timeProvider.GetTimestamp() >= last.NotBefore;
        if (age > BelievedFor && mayAsk) last = await AskAsync(principal, session, last, age);
        else if (age > BelievedUnanswered)
            throw new SaleUnavailableException("A session could not be confirmed for too long.");
        return last!.Roles is { } roles ? WithRoles(principal, roles) : null;
    }

    /// <summary>Ends the session of a request, and removes its cookie.</summary>
    public async Task SignOutAsync(HttpContext http)
    {
        var result = await http.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        // If the session cannot be ended, the user keeps the cookie and can retry.
        if (result.Succeeded) await EndAsync(result.Principal);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    /// <summary>Ends a session, at every front.</summary>
    public async Task EndAsync(ClaimsPrincipal principal)
    {
        if (Read(principal) is not { } session) return;
        var actor = Of(Callers.Read(principal)!.User);
        await retry.AskAsync(() => actor.EndAsync(session));
        Remember(session, new Confirmation(null, timeProvider.GetTimestamp(), 0));
    }

    /// <summary>Ends all sessions of a user, at every front.</summary>
    public Task<DateTimeOffset> EndAllAsync(string user, string by, string reason) =>
        retry.AskAsync(() => Of(user).EndAllAsync(by, reason));

    /// <summary>Ends all sessions of a user, at every front, and removes what is stored beside their end.</summary>
    public Task<DateTimeOffset> EraseAsync(string user) => retry.AskAsync(Of(user).EraseAsync);

    /// <inheritdoc />
    public void Dispose() => _confirmed.Dispose();

    private async ValueTask<Confirmation> AskAsync(
        ClaimsPrincipal principal, UserSession session, Confirmation? last, TimeSpan age)
    {
        var askedAt = timeProvider.GetTimestamp();
        try
        {
            // One call for all simultaneous requests of a session.
            var asking = _asking.GetOrAdd(session.Id, _ => Of(Callers.Read(principal)!.User).RolesAsync(session));
            var confirmation = new Confirmation(await asking.WaitAsync(MaxWait), askedAt, 0);
            Remember(session, confirmation);
            return confirmation;
        }
        catch (Exception e) when (last is not null && age <= BelievedUnanswered && LostInfrastructure.Is(e))
        {
            var next = askedAt + (long)(RetryAfter.TotalSeconds * timeProvider.TimestampFrequency);
            Remember(session, last with { NotBefore = next });
            return last;
        }
        finally
        {
            _asking.TryRemove(session.Id, out _);
        }
    }

    private void Remember(UserSession session, Confirmation confirmation)
    {
        var kept = new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = BelievedUnanswered };
        _confirmed.Set(session.Id, confirmation, kept);
    }

    private static UserSession? Read(ClaimsPrincipal principal) =>
        Callers.Read(principal) is not null && principal.FindFirstValue(IdClaim) is { Length: > 0 } id
            && principal.FindFirstValue(StartClaim) is { } start
            && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt)
            ? new UserSession(id, DateTimeOffset.FromUnixTimeMilliseconds(startedAt))
            : null;

    private static ClaimsPrincipal WithRoles(ClaimsPrincipal principal, string[] roles)
    {
        if (principal.FindAll(Callers.RoleClaim).All(claim => roles.Contains(claim.Value))) return principal;
        var kept = principal.Claims.Where(claim => claim.Type != Callers.RoleClaim || roles.Contains(claim.Value));
        return new ClaimsPrincipal(new ClaimsIdentity(kept, CookieAuthenticationDefaults.AuthenticationScheme));
    }

    private IUserSessionsGrain Of(string user) => grains.GetGrain<IUserSessionsGrain>(UserHash.Of(user));

    /// <param name="Roles">The answer of the actor.</param>
    /// <param name="AskedAt">The instant of the call. The answer is not older than that.</param>
    /// <param name="NotBefore">When the actor may be called again, if it has not answered since.</param>
    private sealed record Confirmation(string[]? Roles, long AskedAt, long NotBefore);
}

/// <summary>Checks every cookie before it is accepted. Its refusals are problems, never redirects.</summary>
public sealed class SessionEvents(Sessions sessions) : CookieAuthenticationEvents
{
    /// <inheritdoc />
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var confirmed = await sessions.ConfirmAsync(context.Principal!);
        if (confirmed is null) context.RejectPrincipal();
        else if (confirmed != context.Principal) context.ReplacePrincipal(confirmed);
    }

    /// <inheritdoc />
    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}

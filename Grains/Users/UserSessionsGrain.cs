using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Users;

/// <summary>The actor that keeps a user's ended sessions. It answers only what is stored.</summary>
public sealed partial class UserSessionsGrain(
    [PersistentState("sessions")] IPersistentState<UserSessions> stored, TimeProvider timeProvider,
    ILogger<UserSessionsGrain> log) : Grain, IUserSessionsGrain
{
    /// <inheritdoc />
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (!stored.State.IsDamaged) return;
        // The document no longer tells which sessions had ended, so all are ended: the user signs in again.
        Log.Damaged(log, this.GetPrimaryKeyString());
        stored.State = UserSessions.After(Now());
        await stored.WriteStateAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<DateTimeOffset> BeginAsync(string[] roles)
    {
        string[] sorted = [.. roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        // Most users never have a role: their sign-in writes nothing.
        if (!sorted.SequenceEqual(stored.State.Roles))
        {
            stored.State.Roles = sorted;
            await WriteAsync();
        }
        return stored.State.StartAt(Now());
    }

    /// <inheritdoc />
    public Task<string[]?> RolesAsync(UserSession session) =>
        Task.FromResult(stored.State.HasEnded(session) ? null : stored.State.Roles);

    /// <inheritdoc />
    public async Task<bool> EndAsync(UserSession session)
    {
        if (!stored.State.End(session)) return false;
        await WriteAsync();
        return true;
    }

    /// <inheritdoc />
    public async Task<DateTimeOffset> EndAllAsync(string by, string reason)
    {
        var now = Now();
        stored.State.EndAll(now, by, reason);
        await WriteAsync();
        return now;
    }

    /// <inheritdoc />
    public async Task<DateTimeOffset> EraseAsync()
    {
        var now = Now();
        stored.State.Erase(now);
        await WriteAsync();
        return now;
    }

    // Has the precision of the cookie that carries it.
    private DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds());

    // After a failed write the state in memory differs from the stored state.
    private async Task WriteAsync()
    {
        try
        {
            await stored.WriteStateAsync();
        }
        catch (Exception)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The stored sessions of the user with the hash {Hash} cannot be read; all are ended")]
        public static partial void Damaged(ILogger log, string hash);
    }
}

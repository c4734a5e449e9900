using Dapper;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// A message of the merchant's to one user. The instant is Unix milliseconds. The text has at least one of its two
/// languages.
/// </summary>
/// <param name="Id">128 random bits in hexadecimal.</param>
/// <param name="Key">The merchant's idempotency key.</param>
/// <param name="User">The user, by the name that they log in with.</param>
/// <param name="English">What it says in English; null: only in Chinese.</param>
/// <param name="Chinese">What it says in Chinese; null: only in English.</param>
/// <param name="Link">The page that it links to.</param>
/// <param name="SentAt">When it was sent.</param>
[method: ExplicitConstructor]
public sealed record InboxMessage(
    string Id, string Key, string User, string? English, string? Chinese, string Link, long SentAt)
{
    /// <summary>
    /// Whether both were asked for by the same request. A merchant whose address has changed meanwhile links elsewhere.
    /// </summary>
    internal bool IsSameMessage(InboxMessage other) =>
        this with { Id = other.Id, SentAt = other.SentAt, Link = other.Link } == other;
}

/// <summary>The messages that users have on the platform.</summary>
internal sealed class Inbox(SandboxDatabase database)
{
    /// <summary>Messages on the page: the newest.</summary>
    public const int MaxShown = 20;

    private const string Select = """
        SELECT id AS Id, idempotency_key AS Key, user_name AS User, english AS English, chinese AS Chinese,
               link AS Link, sent_at AS SentAt
        FROM messages
        """;

    /// <summary>
    /// Keeps <paramref name="wanted"/>, or finds the message that was sent under its key; null if that is another one.
    /// </summary>
    public Task<InboxMessage?> SendAsync(InboxMessage wanted, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                connection.Execute(
                    """
                    INSERT INTO messages (id, idempotency_key, user_name, english, chinese, link, sent_at)
                    VALUES (@Id, @Key, @User, @English, @Chinese, @Link, @SentAt)
                    ON CONFLICT (idempotency_key) DO NOTHING
                    """,
                    wanted);
                var kept = connection.QuerySingle<InboxMessage>($"{Select} WHERE idempotency_key = @Key", wanted);
                return kept.IsSameMessage(wanted) ? kept : null;
            },
            cancellationToken);

    /// <summary>The newest messages of a user, the newest first.</summary>
    public IReadOnlyList<InboxMessage> ListOf(string user) => database.Read(connection =>
        (IReadOnlyList<InboxMessage>)connection.Query<InboxMessage>(
            $"{Select} WHERE user_name = @user ORDER BY seq DESC LIMIT @MaxShown", new { user, MaxShown }).AsList());
}

using Dapper;
using Microsoft.Data.Sqlite;

namespace OrleansSale.Api.Sandbox;

/// <summary>What came of a reply: a closed set.</summary>
internal enum ReplyOutcome
{
    /// <summary>It is kept, or was before: a second click is no second reply.</summary>
    Kept = 1,

    /// <summary>There is no such post.</summary>
    NotFound,

    /// <summary>The post has <see cref="Timeline.MaxReplies"/> already.</summary>
    Full,
}

/// <summary>The merchant's posts on the platform, and what users reply.</summary>
internal sealed class Timeline(SandboxDatabase database, TimeProvider timeProvider)
{
    /// <summary>Posts on the page: the newest.</summary>
    public const int MaxShownPosts = 50;

    /// <summary>Replies on the page for each post: the newest.</summary>
    public const int MaxShownReplies = 20;

    /// <summary>Most replies to a post.</summary>
    public const int MaxReplies = 10_000;

    private const string SelectPost = """
        SELECT id AS Id, idempotency_key AS Key, name AS Name, channel AS Channel, english AS English,
               chinese AS Chinese, link AS Link, image_url AS ImageUrl, title_english AS TitleEnglish,
               title_chinese AS TitleChinese, product AS Product, amount AS Amount,
               currency AS Currency, sale_opens_at AS SaleOpensAt, card_image_url AS CardImageUrl,
               posted_at AS PostedAt
        FROM posts
        """;

    /// <summary>
    /// Keeps <paramref name="wanted"/>, or finds the post that was made under its key; null if that is another one.
    /// </summary>
    public Task<TimelinePost?> PostAsync(TimelinePost wanted, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection =>
            {
                connection.Execute(
                    """
                    INSERT INTO posts (id, idempotency_key, name, channel, english, chinese, link, image_url,
                                       title_english, title_chinese, product, amount, currency, sale_opens_at,
                                       card_image_url, posted_at)
                    VALUES (@Id, @Key, @Name, @Channel, @English, @Chinese, @Link, @ImageUrl, @TitleEnglish,
                            @TitleChinese, @Product, @Amount, @Currency, @SaleOpensAt, @CardImageUrl, @PostedAt)
                    ON CONFLICT (idempotency_key) DO NOTHING
                    """,
                    wanted);
                var kept = connection.QuerySingle<TimelinePost>($"{SelectPost} WHERE idempotency_key = @Key", wanted);
                return kept.IsSamePost(wanted) ? kept : null;
            },
            cancellationToken);

    /// <summary>The newest posts, the newest first.</summary>
    public IReadOnlyList<ShownPost> List() => database.Read(connection =>
    {
        var posts = connection.Query<TimelinePost>(
            $"{SelectPost} ORDER BY seq DESC LIMIT @MaxShownPosts", new { MaxShownPosts }).AsList();
        return (IReadOnlyList<ShownPost>)[.. posts.Select(post => Show(connection, post))];
    });

    /// <summary>Keeps what a user replies.</summary>
    public Task<ReplyOutcome> ReplyAsync(
        string post, string form, string user, string text, string language, CancellationToken cancellationToken) =>
        database.WriteAsync(
            connection => Reply(connection, new TimelineReply(
                Cashier.NewId(), post, form, user, text, language, timeProvider.GetUtcNow().ToUnixTimeMilliseconds())),
            cancellationToken);

    /// <summary>Replies that the merchant is to be told of now, the first ones.</summary>
    public IReadOnlyList<UntoldReply> Due(int limit) => database.Read(connection =>
        (IReadOnlyList<UntoldReply>)connection.Query<UntoldReply>(
            """
            SELECT r.id AS Id, p.name AS Name, p.channel AS Channel, r.user_name AS User, r.body AS Text,
                   r.language AS Language, r.replied_at AS RepliedAt, r.attempts AS Attempts
            FROM replies r JOIN posts p ON p.id = r.post WHERE r.due_at <= @now ORDER BY r.due_at LIMIT @limit
            """,
            new { now = timeProvider.GetUtcNow().ToUnixTimeMilliseconds(), limit }).AsList());

    /// <summary>Keeps what the merchant answered; null: nothing.</summary>
    public Task AnswerAsync(string reply, string? answer, string? link) => database.WriteAsync(connection =>
        connection.Execute(
            "UPDATE replies SET answer = @answer, answer_link = @link, due_at = NULL WHERE id = @reply",
            new { reply, answer, link }));

    /// <summary>Notes that the merchant was told in vain, and when they are told again; null: not again.</summary>
    public Task PutOffAsync(string reply, DateTimeOffset? due) => database.WriteAsync(connection =>
        connection.Execute(
            "UPDATE replies SET attempts = attempts + 1, due_at = @due WHERE id = @reply",
            new { reply, due = due?.ToUnixTimeMilliseconds() }));

    // The merchant is to be told of it at once.
    private static ReplyOutcome Reply(SqliteConnection connection, TimelineReply reply)
    {
        var isThere = connection.ExecuteScalar<long>("SELECT count(*) FROM posts WHERE id = @Post", reply) > 0;
        if (!isThere) return ReplyOutcome.NotFound;
        var isFull = CountReplies(connection, reply.Post) >= MaxReplies;
        if (isFull) return ReplyOutcome.Full;
        connection.Execute(
            """
            INSERT INTO replies (id, post, form, user_name, body, language, replied_at, due_at)
            VALUES (@Id, @Post, @Form, @User, @Text, @Language, @RepliedAt, @RepliedAt)
            ON CONFLICT (post, form, user_name, body) DO NOTHING
            """,
            reply);
        return ReplyOutcome.Kept;
    }

    private static ShownPost Show(SqliteConnection connection, TimelinePost post)
    {
        var newest = connection.Query<TimelineReply>(
            """
            SELECT id AS Id, post AS Post, form AS Form, user_name AS User, body AS Text, language AS Language,
                   replied_at AS RepliedAt, answer AS Answer, answer_link AS AnswerLink
            FROM replies WHERE post = @Id ORDER BY seq DESC LIMIT @MaxShownReplies
            """,
            new { post.Id, MaxShownReplies });
        return new ShownPost(post, [.. newest.Reverse()], CountReplies(connection, post.Id));
    }

    private static long CountReplies(SqliteConnection connection, string post) =>
        connection.ExecuteScalar<long>("SELECT count(*) FROM replies WHERE post = @post", new { post });
}
